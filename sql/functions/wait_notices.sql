-- The words to customers whose question waits because many write at once: once in each wait, where the chatbot has
-- words for it (chatbots.waiting_message). Recovery writes them into the outbox, and sends what is due there.

-- Whether no run is free for a tenant: it has as many as its share allows, or all are taken.
create or replace function has_no_room(p_tenant uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    with runs as (select f.tenant_id from runs_in_flight() f)
    select (select count(*) from runs) >= (select s.turns_in_flight from dispatch_settings s)
        or (select count(*) from runs r where r.tenant_id = p_tenant) >= (
            select turns_at_once(t.limits, (select count(*) from tenants o where o.id <> t.id
                                            and o.dispatched_at > now() - interval '10 minutes')::int)
            from tenants t where t.id = p_tenant)
$$;
select own_functions('has_no_room');

-- The conversations whose oldest message has waited for a run for p_patience because there is no room for it, and whose
-- customers don't know it yet: nobody is told twice in one wait, which a reply ends. `context` is as much of a
-- Context as the choice of a language takes. Of each number it looks at the two thousand oldest messages.
create or replace function waits_to_tell(p_patience interval, p_limit int)
    returns table (phone_number_id text, message_id text, context jsonb, words jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    with bots as materialized (
        select b.* from chatbots b where b.waiting_message <> '{}' and has_no_room(b.tenant_id)
          and exists (select from inbound_messages i where i.phone_number_id = b.phone_number_id
                      and i.state = 'received' and i.kind = 'message')),
    firsts as (
        select distinct on (i.phone_number_id, i.sender) i.*
        from bots b, lateral (
            select w.* from inbound_messages w
            where w.phone_number_id = b.phone_number_id and w.state = 'received' and w.kind = 'message'
              and w.due_at <= now() and w.sender is not null
            order by w.seq limit 2000) i
        order by i.phone_number_id, i.sender, i.seq)
    select f.phone_number_id, f.message_id,
           jsonb_build_object('question', message_words(f.payload),
                              'contact', jsonb_build_object('language', c.language),
                              'chatbot', jsonb_build_object('languages', b.languages, 'dont_know', b.dont_know)),
           b.waiting_message
    from firsts f join bots b using (phone_number_id) left join contacts c on c.id = known_as(b.tenant_id, f.sender)
    where f.received_at < now() - p_patience and (c.waiting_told_at is null or c.waiting_told_at < f.received_at)
      and not exists (select from inbound_messages o
                      where o.phone_number_id = f.phone_number_id and o.sender = f.sender and o.kind = 'message'
                        and o.state in ('dispatched', 'waiting', 'in_turn'))
    order by f.seq limit p_limit
$$;
select own_functions('waits_to_tell');
grant execute on function waits_to_tell to chatbot_app;

-- Writes the words into the outbox, as a turn of their own that is closed already and that no plan counts; p_run is
-- the run that will send them. False: there is nothing to tell any more, or nobody may be told.
create or replace function queue_wait_notice(p_phone_number_id text, p_message_id text, p_words text, p_run uuid)
    returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    contact contacts;
    message inbound_messages;
    received jsonb;
begin
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    select i.* into message from inbound_messages i
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id and i.state = 'received';
    if bot.tenant_id is null or message.message_id is null or is_decision(p_message_id)
       or acts_by_itself(bot, message.payload) then
        return false;
    end if;
    received := receive_message(p_phone_number_id, message.payload);  -- the first message may make the contact
    select c.* into contact from contacts c where c.id = (received ->> 'contact_id')::uuid for update;
    if received ? 'end' or contact.id is null or contact.waiting_told_at >= message.received_at
       or reason_not_to_answer(bot, contact, message) is not null
       or exists (select from turns t where t.contact_id = contact.id and t.state = 'active') then
        return false;
    end if;
    update contacts set waiting_told_at = now() where id = contact.id;
    perform queue_words(contact, p_phone_number_id, jsonb_build_object(
        'type', 'text', 'text', jsonb_build_object('body', p_words, 'preview_url', false)), 'wait_notice', p_run);
    return true;
end $$;
select own_functions('queue_wait_notice');
grant execute on function queue_wait_notice to chatbot_app;

-- Takes a notice back that has not gone out: the turn that answers begins. The caller holds the contact's lock.
create or replace function cancel_wait_notice(p_contact contacts) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if p_contact.waiting_told_at is null then
        return;
    end if;
    with late as (
        update outbound_messages o set state = 'cancelled', retry_at = null, retry_run = null, updated_at = now(),
                                       error = coalesce(o.error, 'the answer came first')
        from turns t
        where t.contact_id = p_contact.id and t.outcome = 'wait_notice' and t.opened_at > now() - interval '1 day'
          and o.turn_id = t.id and o.retry_at is not null and o.state in ('pending', 'failed')
        returning o.send_id)
    update conversation_logs l set status = 'cancelled' from late
        where l.send_id = late.send_id and l.direction = 'out';
end $$;
select own_functions('cancel_wait_notice');
