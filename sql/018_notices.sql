-- What the portal's bell tells beside WhatsApp's own account events: documents and web sources that could not be read, plans that are nearly used up.
-- When the cause is gone, the notice is read by itself.

create function notify_document() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.state = 'failed' then
        perform notify(new.tenant_id, 'document_failed', 'warning', 'A document could not be read', new.id::text,
                       jsonb_build_object('document_id', new.id, 'title', new.title, 'error', new.error));
    else
        update notifications set read_at = now()
            where tenant_id = new.tenant_id and kind = 'document_failed' and subject = new.id::text and read_at is null;
    end if;
    return null;
end $$;
-- Pages of a web source are told with their source; what the staff has given by hand is told one by one.
create trigger notify_document after update of state on documents
    for each row when (old.state is distinct from new.state and new.state in ('failed', 'ready') and new.source_id is null)
    execute function notify_document();

create function forget_document_notification() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update notifications set read_at = now()
        where tenant_id = old.tenant_id and kind = 'document_failed' and subject = old.id::text and read_at is null;
    return null;
end $$;
create trigger forget_document_notification after delete on documents
    for each row when (old.state = 'failed') execute function forget_document_notification();

create function notify_source() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.state = 'failed' then
        perform notify(new.tenant_id, 'source_failed', 'warning', 'A website could not be read', new.id::text,
                       jsonb_build_object('source_id', new.id, 'url', new.url, 'error', new.error));
    else
        update notifications set read_at = now()
            where tenant_id = new.tenant_id and kind = 'source_failed' and subject = new.id::text and read_at is null;
    end if;
    return null;
end $$;
create trigger notify_source after update of state on knowledge_sources
    for each row when (old.state is distinct from new.state and new.state in ('failed', 'ready')) execute function notify_source();

-- At 80 % and at the whole of a monthly limit (tenants.limits: monthly_turns, monthly_tokens, monthly_cost_usd), once each a month.
create function notify_usage() returns trigger
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
                            ('monthly_tokens', new.input_tokens + new.output_tokens, coalesce(was.input_tokens + was.output_tokens, 0)),
                            ('monthly_cost_usd', new.cost_usd, coalesce(was.cost_usd, 0))) u(name, used, before),
            lateral (select case when jsonb_typeof(t.limits -> u.name) = 'number' then nullif((t.limits ->> u.name)::numeric, 0) end as bound) b
        where bound > 0
    loop
        if l.share >= 1 and l.share_before < 1 then
            perform notify(new.tenant_id, 'limit_reached', 'critical', 'A limit of this month is used up', l.name || ' ' || new.month,
                           jsonb_build_object('limit', l.name, 'bound', l.bound, 'used', l.used));
        elsif l.share >= 0.8 and l.share_before < 0.8 then
            perform notify(new.tenant_id, 'limit_near', 'warning', '80 % of a limit of this month is used', l.name || ' ' || new.month,
                           jsonb_build_object('limit', l.name, 'bound', l.bound, 'used', l.used));
        end if;
    end loop;
    return null;
end $$;
create trigger notify_usage after insert or update of turns, input_tokens, output_tokens, cost_usd on usage_months
    for each row execute function notify_usage();

select own_functions('notify_document', 'forget_document_notification', 'notify_source', 'notify_usage');
