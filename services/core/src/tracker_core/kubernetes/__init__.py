"""The Kubernetes API, as far as operator and API need it: a login and a client that cost next to nothing.

The official client costs more memory than either of them (docs/adr/0008).
"""
