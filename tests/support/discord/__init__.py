"""A Discord on loopback: REST, gateway and CDN, written to the published protocol."""
