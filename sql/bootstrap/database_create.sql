-- The private cluster's database. Cannot run inside a transaction.
create database debriefd template template0 encoding 'UTF8' locale 'C.UTF-8'
