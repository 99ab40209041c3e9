-- Which of a business's tools its chatbots offer: the setting `tools`, which is drafted and published as any other. A
-- tool itself is the business's, and is added, changed and removed at once: a new one comes into the drafts, and one
-- that is gone leaves what is live, the drafts and the running shares.

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

-- A choice once the tenant's tools have changed: without those that are gone, with the new ones, and with the changed
-- rules of those that it offers.
create or replace function choice_after(p_choice jsonb, p_gone text[], p_added jsonb, p_changed jsonb) returns jsonb
    language sql immutable
    return (p_choice - p_gone) || p_added || (
        select coalesce(jsonb_object_agg(c.key, c.value), '{}') from jsonb_each(p_changed) c where p_choice ? c.key);
select own_functions('choice_after');
grant execute on function choice_after to chatbot_app;

-- The same in the running shares of a chatbot of the current tenant, whose live choice was p_was and is p_now. p_all:
-- what stands in the place of a share's choice of all; null: it stays.
create or replace function change_shared_tools(p_phone_number_id text, p_was jsonb, p_now jsonb, p_all jsonb,
    p_gone text[], p_added jsonb, p_changed jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update version_shares s
        set draft = jsonb_set(s.draft, '{tools}', case
                when s.draft -> 'tools' <> 'null' then choice_after(s.draft -> 'tools', p_gone, p_added, p_changed)
                else coalesce(p_all - p_gone, 'null') end),
            was = jsonb_set(s.was, '{tools}', case
                when s.was -> 'tools' = coalesce(p_was, 'null') then coalesce(p_now, 'null')
                when s.was -> 'tools' <> 'null' then (s.was -> 'tools') - p_gone else 'null' end)
        where s.phone_number_id = p_phone_number_id and s.tenant_id = current_tenant() and s.state = 'running'
          and s.draft ? 'tools'
$$;
select own_functions('change_shared_tools');
grant execute on function change_shared_tools to chatbot_app;

-- Call it in the transaction that has changed the tenant's tools, with what all_tools() said before. A tool that is
-- gone leaves what is live, the drafts and the running shares. A new one comes into the draft of each chatbot: its
-- customers meet it when that is published. A chatbot that has chosen none has, from then on, chosen those that it had.
-- p_live: the chatbots for which the change is a publication, as an operator's is; null: all. They offer a new tool at
-- once, and a tool's changed rule holds; those that have chosen none still have all.
create or replace function settle_tools(p_before jsonb, p_live text[]) returns void
    language plpgsql as $$
declare
    now_has jsonb := all_tools();
    gone text[] := gone_tools(p_before);
    new_tools jsonb := now_has - array(select jsonb_object_keys(p_before));
    new_rules jsonb := (select coalesce(jsonb_object_agg(n.key, n.value), '{}') from jsonb_each(now_has) n
                        where n.value <> p_before -> n.key);
    bot chatbots;
    is_live boolean;
    was jsonb;
    added jsonb;
    changed jsonb;
    drafted jsonb;
    wanted jsonb;
begin
    for bot in select * from chatbots where tenant_id = current_tenant() order by phone_number_id for no key update loop
        is_live := coalesce(bot.phone_number_id = any (p_live), p_live is null);
        continue when new_tools = '{}' and gone = '{}' and not (is_live and new_rules <> '{}');
        was := bot.tools;
        added := case when is_live then new_tools else '{}' end;
        changed := case when is_live then new_rules else '{}' end;
        if bot.tools is null and not is_live then
            perform put_settings(bot.phone_number_id, jsonb_build_object('tools', p_before));
            perform make_version(bot.phone_number_id);
            bot.tools := p_before;
        end if;
        wanted := choice_after(bot.tools, gone, added, changed);
        if wanted <> bot.tools then
            bot.tools := wanted;
            perform put_settings(bot.phone_number_id, jsonb_build_object('tools', bot.tools));
        end if;
        perform change_shared_tools(bot.phone_number_id, was, bot.tools, case when not is_live then p_before end, gone,
                                    added, changed);
        drafted := (select d.value from chatbot_drafts d
                    where d.phone_number_id = bot.phone_number_id and d.setting = 'tools');
        continue when is_live and coalesce(drafted, 'null') = 'null';
        drafted := case when drafted = 'null' then p_before else coalesce(drafted, bot.tools) end;
        wanted := choice_after(drafted, gone, new_tools, changed);
        if wanted <> drafted then
            perform put_draft(bot, jsonb_build_object('tools', wanted));
        end if;
    end loop;
end $$;
select own_functions('settle_tools');
grant execute on function settle_tools to chatbot_app;
