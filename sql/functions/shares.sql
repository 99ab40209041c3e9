-- Versions for a share of the customers: who gets one, how its answers do beside the others, and how it ends.
--
-- open_turn() asks which version a turn gets; publish_draft() begins a share, change_share() is what people do with it,
-- and recovery calls take_back_shares(). What changes of the live settings meanwhile, by an operator or because it acts
-- at once, holds for both sides: a share is what is live, but for its own changes.

-- Whether a customer is in the share of a version. It hangs on these two alone, so nobody goes to and fro, who is in a
-- small share is in a larger one, and each version has other customers.
create or replace function in_share(p_contact uuid, p_version int, p_percent int) returns boolean
    language sql immutable
    return ('x' || left(md5(p_contact || ' ' || p_version), 7))::bit(28)::int % 100 < p_percent;
select own_functions('in_share');

-- The running share that a customer of a chatbot is in; all null: none.
create or replace function share_of(p_phone_number_id text, p_contact uuid) returns version_shares
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.* from version_shares s
    where s.phone_number_id = p_phone_number_id and s.state = 'running' and in_share(p_contact, s.version, s.percent)
$$;
select own_functions('share_of');

-- The version that a new turn of a customer gets.
create or replace function version_for(p_phone_number_id text, p_contact uuid) returns int
    language sql stable security definer set search_path = public, pg_temp
    return coalesce((share_of(p_phone_number_id, p_contact)).version, live_version(p_phone_number_id));
select own_functions('version_for');

-- A turn's version as its run is to read it; null: what is live.
create or replace function share_of_turn(p_turn turns) returns text
    language sql stable security definer set search_path = public, pg_temp
    return (select v.number::text from chatbot_versions v
            where v.phone_number_id = p_turn.phone_number_id and v.number = p_turn.version and v.shared);
select own_functions('share_of_turn');

-- A chatbot's row as it holds for a turn.
create or replace function bot_of_turn(p_turn turns) returns chatbots
    language sql stable security definer set search_path = public, pg_temp as $$
    select r.*
    from chatbots b left join version_shares s on s.phone_number_id = b.phone_number_id and s.version = p_turn.version,
        jsonb_populate_record(b, coalesce(s.draft, '{}')) r
    where b.phone_number_id = p_turn.phone_number_id and b.tenant_id = coalesce(current_tenant(), b.tenant_id)
$$;
select own_functions('bot_of_turn');
grant execute on function bot_of_turn to chatbot_app;

-- Makes a draft a version that a share of the customers gets: its number. It is tried on the live row, and taken off
-- again: what the table refuses, it refuses now. Raises insufficient_privilege for a setting that is the operators'.
create or replace function begin_share(p_phone_number_id text, p_draft jsonb, p_note text, p_overruled jsonb,
    p_percent int, p_margin int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    worn chatbots;
    made int := next_version(p_phone_number_id);
begin
    select * into strict bot from chatbots
        where phone_number_id = p_phone_number_id and tenant_id = current_tenant() for no key update;
    if exists (select from jsonb_object_keys(p_draft) k
               where not has_column_privilege('chatbot_app', 'chatbots', k, 'update')) then
        raise exception 'the draft has a setting that is the operators''' using errcode = 'insufficient_privilege';
    end if;
    begin
        perform put_settings(p_phone_number_id, p_draft);
        select * into worn from chatbots where phone_number_id = p_phone_number_id;
        raise exception 'it fits' using errcode = 'CB002';
    exception when sqlstate 'CB002' then null;
    end;
    insert into chatbot_versions (phone_number_id, number, tenant_id, settings, note, person, overruled, shared)
        values (p_phone_number_id, made, bot.tenant_id, settings_of(worn), p_note, acting_person(), p_overruled, true);
    insert into version_shares (phone_number_id, version, tenant_id, draft, was, percent, margin, steps)
        values (p_phone_number_id, made, bot.tenant_id, p_draft,
                (select jsonb_object_agg(k, settings_of(bot) -> k) from jsonb_object_keys(p_draft) k),
                p_percent, p_margin, jsonb_build_array(share_step('begin', p_percent)));
    perform settle_subject(bot.tenant_id, 'share_taken_back', p_phone_number_id);
    return made;
end $$;
select own_functions('begin_share');
grant execute on function begin_share to chatbot_app;

-- A step of a share's history.
create or replace function share_step(p_act text, p_percent int) returns jsonb
    language sql stable
    return jsonb_build_object('act', p_act, 'percent', p_percent, 'person', acting_person(), 'at', now()::text);
select own_functions('share_step');

-- Ends a share, once: whether it did.
create or replace function end_share(p_share version_shares, p_state text, p_why jsonb default null) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update version_shares s set state = p_state, ended_at = now(), why = p_why,
            steps = s.steps || (share_step(p_state, s.percent)
                                || case when p_why is null then '{}' else '{"person": null}'::jsonb end)
        where s.phone_number_id = p_share.phone_number_id and s.version = p_share.version and s.state = 'running';
    return found;
end $$;
select own_functions('end_share');

-- Ends the share of a chatbot because something else was published for all.
create or replace function replace_share(p_phone_number_id text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    select end_share(s, 'replaced') from version_shares s
    where s.phone_number_id = p_phone_number_id and s.state = 'running' and s.tenant_id = current_tenant();
    select settle_subject(current_tenant(), 'share_taken_back', p_phone_number_id)
$$;
select own_functions('replace_share');
grant execute on function replace_share to chatbot_app;

-- What a person does with the share that they see, of p_version for p_seen percent: 'raise' it to p_percent, 'publish'
-- it for all customers, or 'take_back'. {version}: what is live then. Where it is not as they saw it any more, nothing
-- is changed: {state, person}, who did the last step; {person, fields}: who has changed a setting of it that is live.
-- Null: there is no such share.
create or replace function change_share(p_phone_number_id text, p_version int, p_seen int, p_act text,
    p_percent int default null) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    share version_shares;
    changed text[];
begin
    select * into bot from chatbots
        where phone_number_id = p_phone_number_id and tenant_id = current_tenant() for no key update;
    select * into share from version_shares
        where phone_number_id = bot.phone_number_id and version = p_version for update;
    if not found then
        return null;
    elsif share.state <> 'running' or share.percent <> p_seen then
        return jsonb_build_object('state', share.state, 'person', share.steps -> -1 ->> 'person');
    end if;
    if p_act = 'raise' then
        update version_shares s set percent = p_percent, steps = s.steps || share_step('raise', p_percent)
            where s.phone_number_id = p_phone_number_id and s.version = p_version;
    elsif p_act = 'take_back' then
        perform end_share(share, 'taken_back');
    else
        changed := array(select d.key from jsonb_each(share.draft) d
                         where settings_of(bot) -> d.key is distinct from share.was -> d.key
                           and settings_of(bot) -> d.key is distinct from d.value);
        if changed <> '{}' then
            return last_change(p_phone_number_id, changed);
        end if;
        perform publish_share(share);
    end if;
    perform record_audit('chatbots.share_' || p_act, bot.name, null, jsonb_strip_nulls(
        jsonb_build_object('version', p_version, 'percent', coalesce(p_percent, p_seen))));
    return jsonb_build_object('version', live_version(p_phone_number_id));
end $$;
select own_functions('change_share');
grant execute on function change_share to chatbot_app;

-- Gives all customers what a share has. Where nothing else of the settings has changed meanwhile, that is its version;
-- else it is the next one.
create or replace function publish_share(p_share version_shares) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    version chatbot_versions;
begin
    perform put_settings(p_share.phone_number_id, p_share.draft);
    select * into bot from chatbots where phone_number_id = p_share.phone_number_id;
    update chatbot_versions v set shared = false
        where v.phone_number_id = p_share.phone_number_id and v.number = p_share.version
          and v.settings = settings_of(bot) and v.number + 1 = next_version(p_share.phone_number_id)
        returning * into version;
    if version is null then
        select * into version from chatbot_versions v
            where v.phone_number_id = p_share.phone_number_id and v.number = p_share.version;
        perform make_version(p_share.phone_number_id, version.note, version.overruled);
    end if;
    delete from chatbot_drafts d
        where d.phone_number_id = p_share.phone_number_id and d.value = settings_of(bot) -> d.setting;
    perform end_share(p_share, 'published');
end $$;
select own_functions('publish_share');
