//! Private keys, certificates, htpasswd and bcrypt as Sprig makes them.
