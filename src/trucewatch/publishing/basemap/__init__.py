"""The map's ground: layers made with Natural Earth and the gazetteer, colours, and the marks of incidents.

The web application serves the layers to a map in the browser; bulletins draw from the same ones at build time. Nothing here knows either. A
polygon or line of a layer never decides which country a record is in.
"""
