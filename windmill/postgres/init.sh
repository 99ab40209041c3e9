# Sourced by the image's entrypoint when the volume is new.
psql --username postgres --dbname windmill --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --file /roles.sql
