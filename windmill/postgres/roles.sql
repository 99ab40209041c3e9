-- Windmill's own database: run once, by its superuser, when the volume is new (docker-compose.yml mounts it where the image looks for such files).
-- Windmill owns its database and is no superuser: a job can read its worker's environment, and a superuser could run programs on the database's
-- machine. The two group roles are those that Windmill would make itself if it could.
create role windmill login password :'password';
create role windmill_user;
create role windmill_admin bypassrls;
grant windmill_user to windmill_admin;
grant windmill_user, windmill_admin to windmill;
alter database windmill owner to windmill;
grant usage on schema public to windmill_user, windmill_admin;
-- From now on the superuser has no password: it can only log in inside the container.
alter role postgres password null;
