# Starts the pooler. Its files are in memory: they hold the password of chatbot_app.
set -eu
umask 077
printf '"chatbot_app" "%s"\n' "$CHATBOT_APP_PASSWORD" >/tmp/users.txt
{
    printf '[databases]\n%s = host=%s port=%s\n' "${CHATBOT_DB_NAME:-chatbot}" "${CHATBOT_DB_HOST:-postgres}" "${CHATBOT_DB_PORT:-5432}"
    cat /etc/pgbouncer/pgbouncer.ini
    printf 'default_pool_size = %s\nserver_tls_sslmode = %s\n' "${POOL_SIZE:-16}" "${CHATBOT_DB_SSLMODE:-prefer}"
} >/tmp/pgbouncer.ini
unset CHATBOT_APP_PASSWORD
exec pgbouncer /tmp/pgbouncer.ini
