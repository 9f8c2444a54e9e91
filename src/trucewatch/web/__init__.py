"""The local web application over a dossier: pages, map, charts; everything is served from the package."""
