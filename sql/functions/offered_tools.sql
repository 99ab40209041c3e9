-- Which of a business's tools its chatbots offer: the setting `tools`, which is drafted and published as any other. A
-- tool itself is the business's, and is added, changed and removed at once: a new one comes into the drafts, and one
-- that is gone leaves what is live and the drafts.

-- The names of a schema's parameters that are numbers.
create or replace function number_parameters(p_schema jsonb) returns text[]
    language sql immutable
    return array(select p.key from jsonb_each(
                     case when jsonb_typeof(p_schema -> 'properties') = 'object' then p_schema -> 'properties' end) p
                 where p.value ->> 'type' in ('number', 'integer') order by p.key);
select own_functions('number_parameters');
grant execute on function number_parameters to chatbot_app;

-- The tools that the current tenant has, by the name that the setting calls each: its server's, a dot, its own. rule:
-- its own rule of approval, 'never' for none. numbers: of which parameters a rule can speak. is_on: the business has
-- not switched it off for all its chatbots.
create or replace function business_tools()
    returns table (tool text, rule jsonb, numbers text[], is_on boolean)
    language sql stable as $$
    select s.name || '.' || allowed, coalesce(s.approvals -> allowed, '"never"'), number_parameters((
               select d -> 'parameters'
               from jsonb_array_elements(case when jsonb_typeof(s.discovered) = 'array' then s.discovered end) d
               where d ->> 'name' = allowed limit 1)), s.enabled
    from tenant_tools s, unnest(s.allowed_tools) allowed where s.tenant_id = current_tenant()
    union all
    select 'HTTP.' || a.name, coalesce(a.approval, '"never"'), array(
               select p ->> 'name' from jsonb_array_elements(a.parameters) p
               where p ->> 'source' = 'model' and p #>> '{schema,type}' in ('number', 'integer')), a.enabled
    from http_actions a where a.tenant_id = current_tenant()
    union all
    select 'Windmill.' || c.name, coalesce(c.approval, '"never"'), array(
               select n from unnest(number_parameters(c.discovered -> 'schema')) n
               where not exists (select from jsonb_array_elements(c.parameters) p where p ->> 'name' = n)), c.enabled
    from script_tools c where c.tenant_id = current_tenant()
    order by 1
$$;
select own_functions('business_tools');
grant execute on function business_tools to chatbot_app;

-- The same as the setting would have it where all are offered: a rule by each tool's name.
create or replace function all_tools() returns jsonb
    language sql stable
    return (select coalesce(jsonb_object_agg(b.tool, b.rule), '{}') from business_tools() b);
select own_functions('all_tools');
grant execute on function all_tools to chatbot_app;

-- The tools of a choice that the current tenant has no longer.
create or replace function gone_tools(p_tools jsonb) returns text[]
    language sql stable
    return array(select k from jsonb_object_keys(
                     case when jsonb_typeof(p_tools) = 'object' then p_tools else '{}' end) k
                 where k not in (select b.tool from business_tools() b) order by k);
select own_functions('gone_tools');
grant execute on function gone_tools to chatbot_app;

-- Call it in the transaction that has changed the tenant's tools, with what all_tools() said before. A tool that is
-- gone leaves what is live and the drafts. A new one comes into the draft of each chatbot: customers meet it when that
-- is published. A chatbot that has chosen none has, from then on, chosen those that it had.
create or replace function tools_changed(p_before jsonb) returns void
    language plpgsql as $$
declare
    added jsonb := (select coalesce(jsonb_object_agg(n.key, n.value), '{}') from jsonb_each(all_tools()) n
                    where not p_before ? n.key);
    gone text[] := gone_tools(p_before);
    bot chatbots;
    drafted jsonb;
    wanted jsonb;
begin
    if added = '{}' and gone = '{}' then
        return;
    end if;
    for bot in select * from chatbots where tenant_id = current_tenant() order by phone_number_id for no key update loop
        if bot.tools is null then
            perform put_settings(bot.phone_number_id, jsonb_build_object('tools', p_before));
            perform make_version(bot.phone_number_id);
            bot.tools := p_before;
        end if;
        if bot.tools ?| gone then
            bot.tools := bot.tools - gone;
            perform put_settings(bot.phone_number_id, jsonb_build_object('tools', bot.tools));
        end if;
        drafted := coalesce((select case when d.value = 'null' then p_before else d.value end from chatbot_drafts d
                             where d.phone_number_id = bot.phone_number_id and d.setting = 'tools'), bot.tools);
        wanted := added || (drafted - gone);
        if wanted <> drafted then
            perform put_draft(bot, jsonb_build_object('tools', wanted));
        end if;
    end loop;
end $$;
select own_functions('tools_changed');
grant execute on function tools_changed to chatbot_app;
