-- For operators: from a message or a person to the runs and back, and forgetting a person. Both only through Windmill's scripts, which tenants can't run.

-- Every message that an operator may mean by some words: a message id (Meta's or of a reply), a phone number or user id, a run, a contact.
create function find_runs(p_words text) returns table (
        message_id text, phone_number_id text, tenant_id uuid, tenant text, contact_id uuid, state text, reason text, dispatch_no int,
        run_id uuid, turn_id uuid, outcome text, received_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    with meant as (select trim(p_words) as words, nullif(regexp_replace(p_words, '[^0-9]', '', 'g'), '') as digits),
    people as (
        select c.id from contacts c, meant
        where c.user_id = words or c.id::text = words or (words ~ '^\+?[0-9 ()./-]{6,}$' and c.phone = digits)),
    replies as (select o.turn_id from outbound_messages o, meant where o.message_id = words)
    select i.message_id, i.phone_number_id, b.tenant_id, t.name, i.contact_id, i.state, i.reason, i.dispatch_no,
           coalesce(u.run_id, i.run_id), i.turn_id, u.outcome, i.received_at
    from meant, inbound_messages i
    left join turns u on u.id = i.turn_id
    left join chatbots b on b.phone_number_id = i.phone_number_id
    left join tenants t on t.id = b.tenant_id
    where i.kind = 'message'
      and (i.message_id = words or i.run_id::text = words or u.run_id::text = words or i.turn_id::text = words
           or i.contact_id in (select id from people) or i.turn_id in (select turn_id from replies)
           or (words ~ '^\+?[0-9 ()./-]{6,}$' and i.sender = digits) or i.sender = words)
    order by i.seq desc limit 50
$$;

-- Deletes all that is known of a person; returns which runs worked on the messages, so that their data can be deleted, too.
-- Refused while a turn is active: its run would write the person down again.
create function erase_contact(p_contact uuid) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts;
    known jsonb;
    doomed text[];
begin
    select * into c from contacts where id = p_contact for update;
    if not found then
        raise exception 'no contact %', p_contact using errcode = 'no_data_found';
    end if;
    if exists (select from turns where contact_id = p_contact and state = 'active') then
        raise exception 'a turn with this contact is active: try again when it is done' using errcode = 'object_in_use';
    end if;
    select coalesce(array_agg(m.message_id), '{}') into doomed
    from turns t
    join lateral (select o.message_id from outbound_messages o where o.turn_id = t.id
                  union all select f.message_id from failed_sends f where f.turn_id = t.id) m on m.message_id is not null
    where t.contact_id = p_contact;
    with bots as (select phone_number_id from chatbots where tenant_id = c.tenant_id),
    gone as (
        delete from inbound_messages i using bots b
        where i.phone_number_id = b.phone_number_id
          and (i.contact_id = p_contact or i.sender in (c.phone, c.user_id)
               or i.kind = 'status' and split_part(i.message_id, ':', 2) = any (doomed))
        returning i.phone_number_id, i.message_id, i.dispatch_no, i.run_id, i.kind)
    select jsonb_build_object(
        'messages', coalesce(jsonb_agg(jsonb_build_object('phone_number_id', phone_number_id, 'message_id', message_id, 'dispatch_no', dispatch_no))
                             filter (where kind = 'message'), '[]'),
        'runs', coalesce(jsonb_agg(distinct run_id) filter (where run_id is not null), '[]'),
        'rows', count(*)) into known from gone;
    known := known || jsonb_build_object('turn_runs', (
        select coalesce(jsonb_agg(distinct run_id), '[]') from turns where contact_id = p_contact));
    delete from contacts where id = p_contact;  -- turns, replies and the conversation go with it
    return known;
end $$;

select own_functions('find_runs', 'erase_contact');
grant execute on function find_runs, erase_contact to chatbot_app;
