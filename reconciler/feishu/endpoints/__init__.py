"""One module per area of the platform, one method per operation: typed in, typed out.

A method knows path, query, body and whether a call may be repeated; everything else is the transport's.
"""
