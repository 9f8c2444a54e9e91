"""Bulletins: a dossier as a site of plain files, for readers who have a browser or a mail reader and nothing else.

    gather      what may leave of the dossier, in the shapes that pages show
    frame       what the bulletin says of itself: title, licence, where it stands, what it is as of
    atlas       the map
    pages       HTML out of templates
    feed, mail  the Atom feed and the digest
    folder      all or nothing on the disk
    site        puts them together

Pages work from ``file://``, without a script and without a network. The same dossier, choices and version give the same bytes: no clock is
read. Everything comes through the protection policy; this room must not read a record as it is.
"""
