# Starts the pooler. Its files are in memory: they hold the password of chatbot_app.
set -eu
umask 077
printf '"chatbot_app" "%s"\n' "$CHATBOT_APP_PASSWORD" >/tmp/users.txt
cat /etc/pgbouncer/pgbouncer.ini >/tmp/pgbouncer.ini
printf 'default_pool_size = %s\n' "${POOL_SIZE:-16}" >>/tmp/pgbouncer.ini
unset CHATBOT_APP_PASSWORD
exec pgbouncer /tmp/pgbouncer.ini
