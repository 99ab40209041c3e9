-- The audit log: triggers write down what people change in the tables, record_audit() what else they do.
--
-- f/common/portal_request.py names the signed-in person in the connection's setting app.person. What no person does,
-- such as a document's way through its states, is not written down.

-- Who acts: the signed-in person, or the role of somebody who works on the database by hand. Null: the product itself.
create or replace function acting_person() returns text
    language sql stable
    return coalesce(nullif(current_setting('app.person', true), ''),
                    case when session_user not in ('chatbot_app', 'chatbot_ingress') then 'database: ' || session_user
                    end);
select own_functions('acting_person');
grant execute on function acting_person to chatbot_app;

-- Writes down what a person did beside changing a table: a reply, an export, a pause.
create or replace function record_audit(p_action text, p_subject text default null, p_contact uuid default null,
    p_after jsonb default null) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into audit_log (tenant_id, person, action, subject, contact_id, after)
        select current_tenant(), acting_person(), left(p_action, 100), left(p_subject, 200), p_contact, p_after
        where acting_person() is not null
$$;
select own_functions('record_audit');
grant execute on function record_audit to chatbot_app;

-- Some columns of a row as JSON; '': all of them.
create or replace function columns_of(p_row anyelement, p_columns text) returns jsonb
    language plpgsql stable as $$
declare
    picked jsonb;
begin
    if p_columns = '' then
        return to_jsonb(p_row);
    end if;
    execute 'select to_jsonb(x) from (select '
        || (select string_agg(format('($1).%I', c), ', ') from unnest(string_to_array(p_columns, ' ')) c) || ') x'
        into picked using p_row;
    return picked;
end $$;
select own_functions('columns_of');

-- Writes down a change of a row. The trigger's arguments: the column that names the row to people, the one that holds
-- the tenant ('': none), the columns that count ('': all; blanks between), and those whose values are secret.
create or replace function audit_change() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    was jsonb := case when tg_op <> 'INSERT' then columns_of(old, tg_argv[2]) else '{}' end;
    is_now jsonb := case when tg_op <> 'DELETE' then columns_of(new, tg_argv[2]) else '{}' end;
    about jsonb := columns_of(coalesce(new, old), trim(tg_argv[0] || ' ' || tg_argv[1]));
    tenant uuid := case when tg_argv[1] <> '' then (about ->> tg_argv[1])::uuid end;
    secret text;
begin
    if acting_person() is null then
        return null;
    end if;
    if tg_table_name = 'tenants' and tg_op = 'DELETE' then
        delete from audit_log where tenant_id = tenant;  -- a removed business leaves nothing but this row
        tenant := null;
    elsif tenant is not null and not exists (select from tenants where id = tenant) then
        return null;  -- it goes with its business
    end if;
    foreach secret in array string_to_array(tg_argv[3], ' ') loop
        if coalesce(is_now -> secret, 'null') is distinct from coalesce(was -> secret, 'null') then
            is_now := is_now || jsonb_build_object(secret, 'changed');
        else
            is_now := is_now - secret;
        end if;
        was := was - secret;
    end loop;
    if tg_op = 'UPDATE' then
        select coalesce(jsonb_object_agg(n.key, n.value), '{}') into is_now
            from jsonb_each(is_now) n where n.value is distinct from was -> n.key;
        select coalesce(jsonb_object_agg(w.key, w.value), '{}') into was from jsonb_each(was) w where is_now ? w.key;
        if is_now = '{}' then
            return null;
        end if;
    end if;
    insert into audit_log (tenant_id, person, action, subject, before, after)
        values (tenant, acting_person(), tg_table_name || '.' || lower(tg_op), left(about ->> tg_argv[0], 200),
                nullif(was, '{}'), nullif(is_now, '{}'));
    return null;
end $$;
select own_functions('audit_change');
create or replace trigger audit_change after insert or update or delete on tenants for each row
    execute function audit_change('name', 'id',
        'name status limits embedding_model assignment tool_folder whatsapp_token llm_api_key',
        'whatsapp_token llm_api_key');
-- The webhook's address may hold a secret, as that of a tool.
create or replace trigger audit_change after insert or update or delete on chatbots for each row
    execute function audit_change('name', 'tenant_id', '', 'notify_webhook_url');
create or replace trigger audit_change after insert or update or delete on tenant_tools for each row
    execute function audit_change('name', 'tenant_id',
        'url headers sealed_headers oauth allowed_tools tool_settings approvals timeout_s enabled',
        'url sealed_headers');
create or replace trigger audit_change after insert or update or delete on http_actions for each row
    execute function audit_change('name', 'tenant_id',
        'description method url query headers body parameters sealed_values answer_path answer_template'
        ' read_only approval timeout_s enabled',
        'url sealed_values');
create or replace trigger audit_change after insert or update or delete on script_tools for each row
    execute function audit_change('name', 'tenant_id', 'path is_flow parameters read_only approval timeout_s enabled',
        '');
create or replace trigger audit_change after insert or update or delete on tenant_members for each row
    execute function audit_change('email', 'tenant_id', 'email role', '');
create or replace trigger audit_change after insert or update of revoked_at on api_keys for each row
    execute function audit_change('name', 'tenant_id', 'name start scopes expires_at revoked_at', '');
-- The address may hold a secret.
create or replace trigger audit_change after insert or update of kinds, state or delete on event_endpoints for each row
    execute function audit_change('id', 'tenant_id', 'url kinds state', 'url');
create or replace trigger audit_change after insert or update or delete on brandings for each row
    execute function audit_change('name', 'tenant_id',
        'name short_name accent logo_hash icon_hash sender_name sender_address support privacy_url names_product', '');
create or replace trigger audit_change after insert or update of verified_at or delete on branding_domains for each row
    execute function audit_change('domain', 'tenant_id', 'domain verified_at verified_by', '');
create or replace trigger audit_change after insert or update or delete on operators for each row
    execute function audit_change('email', '', 'email', '');
create or replace trigger audit_change after insert or update or delete on knowledge_sources for each row
    execute function audit_change('url', 'tenant_id', 'kind url max_pages refresh_hours', '');
create or replace trigger audit_change after insert or update or delete on qa_pairs for each row
    execute function audit_change('question', 'tenant_id', 'question answer', '');
-- An edit goes with its document without a word of its own, and a new version that takes it over changes nothing.
create or replace trigger audit_change after insert or delete on passage_edits for each row
    when (pg_trigger_depth() = 0)
    execute function audit_change('source_text', 'tenant_id', 'text left_out', '');
-- Web pages and the document of questions and answers follow from their sources.
create or replace trigger audit_insert after insert on documents for each row when (new.origin = 'upload')
    execute function audit_change('title', 'tenant_id', 'title filename sendable replaces', '');
create or replace trigger audit_update after update of title, sendable on documents for each row
    when (new.origin = 'upload')
    execute function audit_change('title', 'tenant_id', 'title filename sendable replaces', '');
create or replace trigger audit_delete after delete on documents for each row when (old.origin = 'upload')
    execute function audit_change('title', 'tenant_id', 'title filename sendable replaces', '');

-- The log for an operator: of all businesses and of the platform itself, newest first.
create or replace function operator_audit(p_email text, p_before bigint, p_limit int) returns jsonb
    language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    perform check_operator(p_email);
    return (select coalesce(jsonb_agg(to_jsonb(r) order by r.id desc), '[]') from (
        select a.id, a.at, a.person, a.action, a.subject, a.before, a.after, t.name as tenant
        from audit_log a left join tenants t on t.id = a.tenant_id
        where p_before = 0 or a.id < p_before order by a.id desc limit p_limit) r);
end $$;
select own_functions('operator_audit');
grant execute on function operator_audit to chatbot_app;
