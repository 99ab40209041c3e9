-- The roles, and the extensions that the tables use. This file may run again: roles belong to the whole cluster, so
-- another database may have made them already. apply.py sets the passwords; no file holds one.
--
-- Isolation of tenants: every tenant table has row-level security that is enabled AND forced. Each has two policies:
--   chatbot_owner  sees all rows. Nobody can log in as it; only SECURITY DEFINER functions run as it.
--   chatbot_app    sees the rows of the tenant that the transaction's setting app.tenant_id names; without one, no row.
-- chatbot_ingress has no right on any tenant table: it may only insert into the inbox and call a few functions.
-- chatbot_door, the door to the portal, has no right on any table: it calls functions of functions/ alone. No
-- role here is a superuser or may bypass row-level security. PostgreSQL lets everybody make temporary tables and large
-- objects: no login may, or it could fill the disk with what belongs to no tenant.
do $$
declare
    bound text;
begin
    if not exists (select from pg_roles where rolname = 'chatbot_owner') then
        create role chatbot_owner nologin nosuperuser nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'chatbot_app') then
        create role chatbot_app login nosuperuser nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'chatbot_ingress') then
        create role chatbot_ingress login nosuperuser nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'chatbot_door') then
        create role chatbot_door login nosuperuser nobypassrls;
    end if;
    -- Whoever applies these files must be able to hand objects to the owner.
    if not pg_has_role(current_user, 'chatbot_owner', 'set') then
        execute format('grant chatbot_owner to %I', current_user);
    end if;
    execute format('grant connect on database %I to chatbot_app, chatbot_ingress, chatbot_door',
                   current_database());
    -- Bounds, so that nothing waits for ever and a client that hangs keeps no lock; a step that meets one runs again.
    -- The longest statements are those of documents: a thousand pages are published in 3 s. Every login plans its
    -- queries anew, so to compile them to machine code (jit) costs more than it saves.
    foreach bound in array array['lock_timeout=20s', 'statement_timeout=10min',
                                 'idle_in_transaction_session_timeout=5min', 'jit=off'] loop
        execute format('alter role chatbot_app in database %I set %I = %L', current_database(),
                       split_part(bound, '=', 1), split_part(bound, '=', 2));
    end loop;
    foreach bound in array array['lock_timeout=5s', 'statement_timeout=30s',
                                 'idle_in_transaction_session_timeout=30s', 'jit=off'] loop
        execute format('alter role chatbot_ingress in database %I set %I = %L', current_database(),
                       split_part(bound, '=', 1), split_part(bound, '=', 2));
        execute format('alter role chatbot_door in database %I set %I = %L', current_database(),
                       split_part(bound, '=', 1), split_part(bound, '=', 2));
    end loop;
    execute format('revoke temporary on database %I from public', current_database());
    if (select rolsuper from pg_roles where rolname = current_user) then
        revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public;
    else
        raise warning 'the logins may make large objects: only a superuser can revoke that';
    end if;
end $$;
grant usage on schema public to chatbot_app, chatbot_ingress, chatbot_door;
grant usage, create on schema public to chatbot_owner;

create extension if not exists vector;
create extension if not exists unaccent;
