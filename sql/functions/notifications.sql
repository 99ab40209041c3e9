-- What the portal's bell tells: WhatsApp's own account events, documents and web sources that could not be read,
-- plans that are nearly used up. When the cause is gone, the notification is settled, and counts as read.

-- Tells the tenant something in the portal. What is critical, and that messages go out again, is told to the
-- chatbot's webhook, too: at most once an hour while it lasts.
create or replace function notify(p_tenant uuid, p_kind text, p_severity text, p_title text, p_subject text,
    p_detail jsonb default '{}') returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into notifications as n (tenant_id, kind, severity, title, subject, detail, tell_at)
        values (p_tenant, p_kind, p_severity, left(p_title, 300), left(p_subject, 200), p_detail,
                case when p_severity = 'critical' or p_kind = 'sends_resumed' then now() end)
        on conflict (tenant_id, kind, subject, title) where read_at is null
        do update set count = n.count + 1, updated_at = now(), detail = excluded.detail,
            tell_at = coalesce(n.tell_at, case when n.updated_at < now() - interval '1 hour' then excluded.tell_at end)
$$;
select own_functions('notify');

-- Settles what was told of a subject: its cause is gone.
create or replace function settle_subject(p_tenant uuid, p_kind text, p_subject text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update notifications set settled_at = now(), read_at = coalesce(read_at, now())
        where tenant_id = p_tenant and kind = p_kind and subject = p_subject and settled_at is null
$$;
select own_functions('settle_subject');

-- The same for whatever it was about.
create or replace function settle_kind(p_tenant uuid, p_kind text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update notifications set settled_at = now(), read_at = coalesce(read_at, now())
        where tenant_id = p_tenant and kind = p_kind and settled_at is null
$$;
select own_functions('settle_kind');

-- The notifications that a webhook has to be told about now, each with its tenant's addresses. Nobody else gets them
-- for a minute.
create or replace function claim_notifications(p_limit int)
    returns table (id bigint, kind text, severity text, title text, subject text, detail jsonb,
                   count int, created_at timestamptz, tenant_id text, urls text[])
    language sql security definer set search_path = public, pg_temp as $$
    update notifications n set tell_at = now() + interval '1 minute',
            notified = jsonb_build_object('tries', coalesce((n.notified ->> 'tries')::int, 0) + 1)
        where n.id in (select d.id from notifications d where d.tell_at <= now() order by d.tell_at limit p_limit
                       for update skip locked)
        returning n.id, n.kind, n.severity, n.title, n.subject, n.detail, n.count, n.created_at, n.tenant_id::text,
            array(select distinct b.notify_webhook_url from chatbots b where b.tenant_id = n.tenant_id
                  and b.notify_webhook_url is not null order by 1)
$$;
select own_functions('claim_notifications');
grant execute on function claim_notifications to chatbot_app;

-- Records what became of telling a webhook. It is tried five times, at growing intervals.
create or replace function settle_notification(p_id bigint, p_ok boolean, p_words text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update notifications n
        set notified = n.notified || jsonb_build_object('webhook', left(p_words, 500)),
            tell_at = case when not p_ok and (n.notified ->> 'tries')::int < 5
                           then now() + interval '1 minute' * 4 ^ (n.notified ->> 'tries')::int end
        where n.id = p_id
$$;
select own_functions('settle_notification');
grant execute on function settle_notification to chatbot_app;

-- Passes Meta's account events about accounts, numbers and templates on to the tenants that they concern, oldest first.
-- Returns how many it settled.
create or replace function apply_account_events(p_batch int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    event inbound_messages;
    change jsonb;
    v jsonb;
    bot chatbots;
    told int;
    settled int := 0;
begin
    for event in
        select * from inbound_messages where state = 'received' and kind = 'other' and due_at <= now() order by seq
            limit p_batch for update skip locked
    loop
        told := 0;
        change := payload_json(event.payload) #> '{entry,0,changes,0}';
        v := case when jsonb_typeof(change -> 'value') = 'object' then change -> 'value' else '{}' end;
        if change ->> 'field' ~ '(account|template|phone_number|business_capability|security'
                                  '|payment_configuration|partner)'
           or jsonb_typeof(v -> 'errors') = 'array' then
            for bot in
                select * from chatbots b
                where b.phone_number_id = event.phone_number_id
                    or b.waba_id = said(payload_json(event.payload) #> '{entry,0,id}')
                   or b.display_phone_number = ltrim(coalesce(said(v -> 'display_phone_number'),
                                                              said(v -> 'phone_number')), '+')
            loop
                perform notify(bot.tenant_id, coalesce(change ->> 'field', 'account_event'), account_event_severity(v),
                               account_event_words(change ->> 'field', v),
                               coalesce(said(v -> 'message_template_name'), bot.phone_number_id), v);
                if change ->> 'field' = 'message_template_status_update' and bot.waba_id is not null then
                    perform apply_template_event(bot.tenant_id, bot.waba_id, v);
                end if;
                told := told + 1;
            end loop;
        end if;
        update inbound_messages set state = case when told > 0 then 'answered' else 'ended' end,
                reason = case when told = 0 then 'nobody to tell: ' || coalesce(left(change ->> 'field', 80),
                    'no field') end
            where phone_number_id = event.phone_number_id and message_id = event.message_id;
        settled := settled + 1;
    end loop;
    return settled;
end $$;
select own_functions('apply_account_events');
grant execute on function apply_account_events to chatbot_app;

create or replace function account_event_severity(v jsonb) returns text
    language sql immutable
    return case when v::text ~ '(DISABLE"|BAN|ACCOUNT_DELETED|PARTNER_REMOVED|VIOLATION|RESTRICTION|"LOCKED|CRITICAL)'
        then 'critical'
                when v::text ~ '(REJECTED|PAUSED|DISABLED|FLAGGED|DOWNGRADE|WARNING|YELLOW|RED"|errors|PIN_RESET)'
                    then 'warning' else 'info' end;
select own_functions('account_event_severity');

create or replace function account_event_words(p_field text, v jsonb) returns text
    language sql immutable
    return concat_ws(' - ', initcap(replace(coalesce(left(p_field, 80), 'account_event'), '_', ' ')),
                     said(v -> 'message_template_name'),
        coalesce(said(v -> 'event'), said(v -> 'decision'), said(v #> '{alert_info,alert_type}'),
                 said(v -> 'new_quality_score'), said(v -> 'new_category'),
                 said(v #> '{errors,0,title}')),
        coalesce(said(v #> '{rejection_info,reason}'), said(v #> '{violation_info,violation_type}'),
                 said(v #> '{restriction_info,0,restriction_type}'),
                 said(v #> '{ban_info,waba_ban_state}'), said(v -> 'current_limit'),
                     said(v #> '{alert_info,alert_description}'),
                 nullif(said(v -> 'reason'), 'NONE')));
select own_functions('account_event_words');

-- Tells that a document could not be read, and takes it back when it could. Pages of a web source are told with their
-- source (notify_source).
create or replace function notify_document() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.state = 'failed' then
        perform notify(new.tenant_id, 'document_failed', 'warning', 'A document could not be read', new.id::text,
                       jsonb_build_object('document_id', new.id, 'title', new.title, 'error', new.error));
    else
        perform settle_subject(new.tenant_id, 'document_failed', new.id::text);
    end if;
    return null;
end $$;
-- Pages of a web source are told with their source; what the staff has given by hand is told one by one. Of a draft the
-- page of the draft tells.
create or replace trigger notify_document after update of state on documents
    for each row when (old.state is distinct from new.state and new.state in ('failed', 'ready')
                       and new.source_id is null and new.origin <> 'qa_draft')
    execute function notify_document();
select own_functions('notify_document');

-- Takes the notification of a document back when the document is deleted.
create or replace function forget_document_notification() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform settle_subject(old.tenant_id, 'document_failed', old.id::text);
    return null;
end $$;
create or replace trigger forget_document_notification after delete on documents
    for each row when (old.state = 'failed') execute function forget_document_notification();
select own_functions('forget_document_notification');

-- Tells that a website could not be read, and takes it back when it could.
create or replace function notify_source() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.state = 'failed' then
        perform notify(new.tenant_id, 'source_failed', 'warning', 'A website could not be read', new.id::text,
                       jsonb_build_object('source_id', new.id, 'url', new.url, 'error', new.error));
    else
        perform settle_subject(new.tenant_id, 'source_failed', new.id::text);
    end if;
    return null;
end $$;
create or replace trigger notify_source after update of state on knowledge_sources
    for each row when (old.state is distinct from new.state and new.state in ('failed', 'ready'))
        execute function notify_source();
select own_functions('notify_source');

-- Tells that a customer waits for a human, and settles it when somebody resumes the bot. What the customer wrote
-- outside opening hours has a notification of its own, which is settled with it.
create or replace function notify_handoff() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        perform notify(new.tenant_id, 'handoff', 'warning', 'A customer waits for a human', new.contact_id::text,
                       jsonb_build_object('contact_id', new.contact_id, 'reason', new.reason, 'name',
                           (select coalesce(c.name, c.username, '+' || c.phone) from contacts c
                            where c.id = new.contact_id)));
    else
        perform settle_subject(new.tenant_id, kind, new.contact_id::text)
            from unnest(array['handoff', 'outside_hours', 'handoff_untold']) kind;
    end if;
    return null;
end $$;
create or replace trigger notify_handoff after insert on handoffs
    for each row when (new.source not in ('operator', 'hours') and new.resumed_at is null)
        execute function notify_handoff();
create or replace trigger notify_resume after update of resumed_at on handoffs
    for each row when (old.resumed_at is null and new.resumed_at is not null) execute function notify_handoff();
select own_functions('notify_handoff');

-- The same when a human writes.
create or replace function forget_handoff_notification() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform answer_handoffs(new.tenant_id, new.contact_id);
    return null;
end $$;
create or replace trigger forget_handoff_notification after insert or update of outcome on turns
    for each row when (new.outcome = 'human') execute function forget_handoff_notification();
select own_functions('forget_handoff_notification');

-- Tells once a month each that 80 % and that all of a monthly limit is used (tenants.limits: monthly_turns,
-- monthly_tokens, monthly_cost_usd).
create or replace function notify_usage() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    was usage_months;
    l record;
begin
    was := case when tg_op = 'UPDATE' then old else null end;
    for l in
        select name, bound, used, used / bound as share, before / bound as share_before
        from (select limits from tenants where id = new.tenant_id) t,
            lateral (values ('monthly_turns', new.turns::numeric, coalesce(was.turns, 0)::numeric),
                            ('monthly_tokens', new.input_tokens + new.output_tokens,
                             coalesce(was.input_tokens + was.output_tokens, 0)),
                            ('monthly_cost_usd', new.cost_usd, coalesce(was.cost_usd, 0))) u(name, used, before),
            lateral (select plan_figure(t.limits, u.name) as bound) b
        where bound > 0
    loop
        if l.share >= 1 and l.share_before < 1 then
            perform notify(new.tenant_id, 'limit_reached', 'critical', 'A limit of this month is used up', l.name
                           || ' ' || new.month,
                           jsonb_build_object('limit', l.name, 'bound', l.bound, 'used', l.used));
        elsif l.share >= 0.8 and l.share_before < 0.8 then
            perform notify(new.tenant_id, 'limit_near', 'warning', '80 % of a limit of this month is used', l.name
                           || ' ' || new.month,
                           jsonb_build_object('limit', l.name, 'bound', l.bound, 'used', l.used));
        end if;
    end loop;
    return null;
end $$;
create or replace trigger notify_usage after insert or update of turns, input_tokens, output_tokens, cost_usd
    on usage_months
    for each row execute function notify_usage();
select own_functions('notify_usage');
