"""What every request passes, as pure ASGI: Starlette's BaseHTTPMiddleware costs a task and a stream per request."""
