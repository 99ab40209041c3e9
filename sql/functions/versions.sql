-- Drafts and versions of a chatbot's settings.
--
-- Editors save into the draft; publish_draft() makes it live. Whatever changes the live settings makes a version: a
-- trigger sees to it at the end of the transaction, so one transaction makes one version, however many statements it
-- has. The functions that chatbot_app calls work under row-level security and its grants: a draft can't reach a
-- setting that is the operators'.

-- A chatbot's settings by name: its row without what is no setting.
create or replace function settings_of(p_bot chatbots) returns jsonb
    language sql stable
    return to_jsonb(p_bot) - array['phone_number_id', 'tenant_id', 'created_at', 'waba_id', 'display_phone_number'];
select own_functions('settings_of');
grant execute on function settings_of to chatbot_app;

-- What is drafted of a chatbot, by setting.
create or replace function draft_of(p_phone_number_id text) returns jsonb
    language sql stable as $$
    select coalesce(jsonb_object_agg(setting, value), '{}') from chatbot_drafts
    where phone_number_id = p_phone_number_id
$$;
select own_functions('draft_of');
grant execute on function draft_of to chatbot_app;

-- The same of the part that a version names: 'draft' all of it, 'draft:persona,links' these settings. Null: none. Where
-- it takes the business's drafted Q&A pairs, too, their revision stands beside the settings, as `qa_pairs`.
create or replace function draft_part(p_phone_number_id text, p_version text) returns jsonb
    language sql stable
    return case when p_version = 'draft' then draft_of(p_phone_number_id)
                when p_version like 'draft:%' then (
                    select coalesce(jsonb_object_agg(d.setting, d.value), '{}') from chatbot_drafts d
                    where d.phone_number_id = p_phone_number_id
                      and d.setting = any (string_to_array(substr(p_version, 7), ','))) end
        || jsonb_strip_nulls(jsonb_build_object(
            'qa_pairs', case when takes_pairs(p_version) then pairs_revision() end));
select own_functions('draft_part');
grant execute on function draft_part to chatbot_app;

-- The number of the version that is live: the newest one that is not for a share of the customers alone.
create or replace function live_version(p_phone_number_id text) returns int
    language sql stable
    return (select max(v.number) from chatbot_versions v
            where v.phone_number_id = p_phone_number_id and not v.shared);
select own_functions('live_version');
grant execute on function live_version to chatbot_app;

-- A chatbot's row as it would be with its draft (p_version 'draft'), with settings of it ('draft:persona,links'), or
-- was with the version of this number. What that version does not have is as it is live; what it has beside is left
-- out. A version that a share of the customers has is what is live but for what it changes.
create or replace function version_of(p_bot chatbots, p_version text) returns chatbots
    language plpgsql stable as $$
declare
    settings jsonb := case when p_version like 'draft%' then draft_part(p_bot.phone_number_id, p_version)
                           else (select coalesce(s.draft, v.settings) from chatbot_versions v
                                 left join version_shares s on s.phone_number_id = v.phone_number_id
                                     and s.version = v.number and s.state = 'running'
                                 where v.phone_number_id = p_bot.phone_number_id and v.number = p_version::int) end;
begin
    if settings is null then
        raise exception 'this chatbot has no version %', p_version using errcode = 'no_data_found';
    end if;
    return jsonb_populate_record(p_bot, settings);
end $$;
select own_functions('version_of');
grant execute on function version_of to chatbot_app;

-- The number of a chatbot's next version. The caller has locked its row.
create or replace function next_version(p_phone_number_id text) returns int
    language sql stable
    return (select coalesce(max(v.number), 0) + 1 from chatbot_versions v
            where v.phone_number_id = p_phone_number_id);
select own_functions('next_version');

-- The number of the version that is live. Where the settings are no longer those of the newest one, they become the
-- next, with a note; and what is live now leaves the draft.
create or replace function make_version(p_phone_number_id text, p_note text default '', p_overruled jsonb default null)
    returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    newest chatbot_versions;
    made int;
begin
    select * into bot from chatbots
        where phone_number_id = p_phone_number_id and tenant_id = coalesce(current_tenant(), tenant_id)
        for no key update;  -- so that numbers are given one after the other; turns go on
    if not found then
        return null;
    end if;
    select * into newest from chatbot_versions v where v.phone_number_id = p_phone_number_id and not v.shared
        order by v.number desc limit 1;
    if newest.settings = settings_of(bot) then
        return newest.number;
    end if;
    insert into chatbot_versions (phone_number_id, number, tenant_id, settings, note, person, overruled)
        values (p_phone_number_id, next_version(p_phone_number_id), bot.tenant_id, settings_of(bot), p_note,
                acting_person(), p_overruled)
        returning number into made;
    delete from chatbot_drafts d
        where d.phone_number_id = p_phone_number_id and d.value = settings_of(bot) -> d.setting;
    return made;
end $$;
select own_functions('make_version');
grant execute on function make_version to chatbot_app;

create or replace function note_version() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    newest int := next_version(new.phone_number_id) - 1;
begin
    if make_version(new.phone_number_id) > newest then  -- nobody has published it: an operator, or what acts at once
        perform ask_cases_soon(new.tenant_id, new.phone_number_id);
    end if;
    return null;
end $$;
select own_functions('note_version');
drop trigger if exists note_version on chatbots;  -- PostgreSQL does not replace a trigger that is put off
create constraint trigger note_version after insert or update on chatbots deferrable initially deferred
    for each row execute function note_version();

-- Changes settings of the live row, given by name.
create or replace function put_settings(p_phone_number_id text, p_values jsonb) returns void
    language plpgsql as $$
begin
    if p_values <> '{}' then
        execute (select format('update chatbots b set %s from jsonb_populate_record(null::chatbots, $1) n '
                               'where b.phone_number_id = $2', string_agg(format('%I = n.%I', k, k), ', '))
                 from jsonb_object_keys(p_values) k) using p_values, p_phone_number_id;
    end if;
end $$;
select own_functions('put_settings');
grant execute on function put_settings to chatbot_app;

-- Who changed these settings last, live or in the draft: {person, fields}.
create or replace function last_change(p_phone_number_id text, p_fields text[]) returns jsonb
    language sql stable as $$
    select jsonb_build_object('fields', p_fields, 'person', coalesce(
        (select d.person from chatbot_drafts d
         where d.phone_number_id = p_phone_number_id and d.setting = any (p_fields) order by d.changed_at desc limit 1),
        (select a.person from audit_log a where a.tenant_id = current_tenant() and a.action like 'chatbots.%'
         order by a.id desc limit 1), '?'))
$$;
select own_functions('last_change');
grant execute on function last_change to chatbot_app;

-- The settings in which two sets of values differ; null: none.
create or replace function changed_names(p_a jsonb, p_b jsonb) returns text[]
    language sql immutable
    return (select array_agg(k order by k) from jsonb_object_keys(p_a || p_b) k
            where p_a -> k is distinct from p_b -> k);
select own_functions('changed_names');
grant execute on function changed_names to chatbot_app;

-- Puts settings into the draft, and those of p_at_once into the live row. p_was: the values that the editor saw of
-- them. Where somebody has changed one of these since to something else, nothing is changed, and the answer says who:
-- {person, fields}. Otherwise it is {}; null: there is no such chatbot.
create or replace function save_draft(p_phone_number_id text, p_values jsonb, p_was jsonb, p_at_once text[])
    returns jsonb language plpgsql as $$
declare
    bot chatbots;
    stands jsonb;
    changed text[];
begin
    select * into bot from chatbots where phone_number_id = p_phone_number_id for no key update;
    if not found then
        return null;
    end if;
    stands := settings_of(bot) || draft_of(p_phone_number_id);
    select array_agg(w.key order by w.key) into changed from jsonb_each(p_was) w
        where p_values ? w.key and stands -> w.key is distinct from w.value
          and stands -> w.key is distinct from p_values -> w.key;
    if changed is not null then
        return last_change(p_phone_number_id, changed);
    end if;
    perform now() at time zone (p_values ->> 'time_zone');  -- raises an error where PostgreSQL does not know it
    perform put_draft(bot, (select coalesce(jsonb_object_agg(v.key, v.value), '{}') from jsonb_each(p_values) v
                            where v.key <> all (p_at_once) and v.value is distinct from stands -> v.key));
    perform put_settings(p_phone_number_id, (
        select coalesce(jsonb_object_agg(v.key, v.value), '{}') from jsonb_each(p_values) v
        where v.key = any (p_at_once) and v.value is distinct from stands -> v.key));
    return '{}';
end $$;
select own_functions('save_draft');
grant execute on function save_draft to chatbot_app;

-- Writes values into the draft of a chatbot whose row the caller has locked. What is as it is live leaves it.
create or replace function put_draft(p_bot chatbots, p_values jsonb) returns void
    language plpgsql as $$
begin
    insert into chatbot_drafts as d (phone_number_id, setting, tenant_id, value, person)
        select p_bot.phone_number_id, v.key, p_bot.tenant_id, v.value, coalesce(acting_person(), '')
        from jsonb_each(p_values) v
        on conflict (phone_number_id, setting)
        do update set value = excluded.value, person = excluded.person, changed_at = now();
    delete from chatbot_drafts d
        where d.phone_number_id = p_bot.phone_number_id and d.value = settings_of(p_bot) -> d.setting;
end $$;
select own_functions('put_draft');
grant execute on function put_draft to chatbot_app;

-- Makes the draft live as the next version: {version}. p_seen: the draft as the person saw it, p_live: the number of
-- the version that was live then. Where somebody has changed one of its settings since, nothing is published, and the
-- answer says who: {person, fields}. {}: nothing is drafted; null: there is no such chatbot. {tests}: the chatbot's
-- cases were not asked (p_run is the run that asked them), or one is red, and nobody says why it is published all the
-- same (p_reason). p_percent: only that share of the customers gets it; {share}: another version has one already. What
-- all get ends the share that there is. p_keep: settings that wait in the draft, because the person may not publish
-- them.
create or replace function publish_draft(p_phone_number_id text, p_note text, p_seen jsonb, p_live int,
    p_run uuid default null, p_reason text default null, p_percent int default null, p_margin int default null,
    p_keep text[] default '{}') returns jsonb
    language plpgsql as $$
declare
    bot chatbots;
    draft jsonb;
    changed text[];
    number int;
    tests text;
    red uuid[];
    overruled jsonb;
    share int;
begin
    select * into bot from chatbots where phone_number_id = p_phone_number_id for no key update;
    if not found then
        return null;
    end if;
    draft := draft_of(p_phone_number_id) - p_keep;
    changed := coalesce(changed_names(draft, p_seen - p_keep), '{}') || array(
        select s.key from chatbot_versions v, jsonb_each(v.settings) s
        where v.phone_number_id = p_phone_number_id and v.number = p_live and draft ? s.key
          and s.value is distinct from settings_of(bot) -> s.key);
    if changed <> '{}' then
        return last_change(p_phone_number_id, changed);
    end if;
    if draft = '{}' then
        return '{}';
    end if;
    select s.version into share from version_shares s
        where s.phone_number_id = p_phone_number_id and s.state = 'running';
    if p_percent is not null and share is not null then
        return jsonb_build_object('share', share);
    end if;
    tests := why_unpublished(p_phone_number_id, p_run, draft);
    if tests is not null and nullif(btrim(p_reason), '') is null then
        return jsonb_build_object('tests', tests);
    elsif tests = 'red' then
        red := overrule_cases(p_run);
    end if;
    overruled := case when tests is not null then
        jsonb_build_object('reason', btrim(p_reason), 'red', coalesce(to_jsonb(red), '[]')) end;
    if p_percent is not null then
        number := begin_share(p_phone_number_id, draft, p_note, overruled, p_percent, p_margin);
    else
        perform put_settings(p_phone_number_id, draft);
        number := make_version(p_phone_number_id, p_note, overruled);
        perform replace_share(p_phone_number_id);
    end if;
    delete from chatbot_drafts where phone_number_id = p_phone_number_id and setting <> all (p_keep);
    perform record_audit('chatbots.publish', bot.name, null, jsonb_strip_nulls(jsonb_build_object('version', number,
        'note', p_note, 'reason', overruled ->> 'reason', 'percent', p_percent)));
    return jsonb_build_object('version', number);
end $$;
select own_functions('publish_draft');
grant execute on function publish_draft to chatbot_app;

-- Takes out of the draft what still is as the person saw it (p_seen); what somebody has changed since stays, and so do
-- the settings p_keep, which the person may not change. How many others stay; null: there is no such chatbot.
create or replace function discard_draft(p_phone_number_id text, p_seen jsonb, p_keep text[] default '{}')
    returns int
    language plpgsql as $$
declare
    bot chatbots;
    gone_settings jsonb;
begin
    select * into bot from chatbots where phone_number_id = p_phone_number_id for no key update;
    if not found then
        return null;
    end if;
    with gone as (
        delete from chatbot_drafts d
        where d.phone_number_id = p_phone_number_id and d.value is not distinct from p_seen -> d.setting
            and d.setting <> all (p_keep)
        returning d.setting)
    select jsonb_agg(g.setting order by g.setting) into gone_settings from gone g;
    if gone_settings is not null then
        perform record_audit('chatbots.discard', bot.name, null, jsonb_build_object('settings', gone_settings));
    end if;
    return (select count(*) from chatbot_drafts
            where phone_number_id = p_phone_number_id and setting <> all (p_keep));
end $$;
select own_functions('discard_draft');
grant execute on function discard_draft to chatbot_app;

-- Makes these values the whole draft, in place of the one that the person saw (p_seen): {}. Where somebody has changed
-- that since: {person, fields}, and nothing is changed. Null: there is no such chatbot. p_keep: settings of the draft
-- that stay as they are, because the person may not change them.
create or replace function restore_draft(p_phone_number_id text, p_number int, p_values jsonb, p_seen jsonb,
    p_keep text[] default '{}') returns jsonb language plpgsql as $$
declare
    bot chatbots;
    changed text[];
begin
    select * into bot from chatbots where phone_number_id = p_phone_number_id for no key update;
    if not found then
        return null;
    end if;
    changed := changed_names(draft_of(p_phone_number_id), p_seen);
    if changed is not null then
        return last_change(p_phone_number_id, changed);
    end if;
    delete from chatbot_drafts where phone_number_id = p_phone_number_id and setting <> all (p_keep);
    perform put_draft(bot, p_values - p_keep);
    perform record_audit('chatbots.restore', bot.name, null, jsonb_build_object('version', p_number));
    return '{}';
end $$;
select own_functions('restore_draft');
grant execute on function restore_draft to chatbot_app;
