"""What `counterfoil doctor` looks at. It reads only, and works beside a running server."""
