"""The promises in small, kept on the user's own machine in a folder of its own: `counterfoil selftest`."""
