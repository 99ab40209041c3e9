-- Roles are the cluster's, not this database's: they may be here already. Passwords are set by apply.py, never in a file.
do $$
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
    -- Whoever applies migrations must be able to hand objects to the owner.
    if not pg_has_role(current_user, 'chatbot_owner', 'set') then
        execute format('grant chatbot_owner to %I', current_user);
    end if;
    execute format('grant connect on database %I to chatbot_app, chatbot_ingress', current_database());
end $$;
grant usage on schema public to chatbot_app, chatbot_ingress;
grant usage, create on schema public to chatbot_owner;
