-- The inbox of a team: a conversation's status, who takes care of it, what the staff write about the person, and what
-- each member has read. Every function works for the current tenant.

-- Locks a contact of the current tenant. Raises no_data_found.
create or replace function lock_contact(p_contact uuid) returns contacts
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts;
begin
    select * into c from contacts where id = p_contact and tenant_id = current_tenant() for update;
    if not found then
        raise exception 'contact % does not exist', p_contact using errcode = 'no_data_found';
    end if;
    return c;
end $$;
select own_functions('lock_contact');

-- Opens, snoozes or solves a conversation. One that is solved goes back to the bot: when the customer writes again,
-- there is somebody who answers. p_rating: what asks the customer for a rating (ask_for_rating), if they are to be.
create or replace function set_status(p_contact uuid, p_status text, p_until timestamptz default null,
    p_rating jsonb default null) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts := lock_contact(p_contact);
begin
    update contacts set status = p_status, status_at = clock_timestamp(),
        snoozed_until = case when p_status = 'snoozed' then p_until end
        where id = p_contact;
    if p_status = 'solved' and (c.paused_until > now()
                                or exists (select from handoffs where contact_id = p_contact
                                           and resumed_at is null)) then
        perform resume_contact(p_contact);
    end if;
    if p_status <> 'solved' then
        perform cancel_rating_question(p_contact);
    elsif c.status <> 'solved' and p_rating is not null then
        perform ask_for_rating(c, p_rating);
    end if;
    perform record_audit('contacts.status', p_status, p_contact);
    return p_status;
end $$;
select own_functions('set_status');
grant execute on function set_status to chatbot_app;

-- The status of a conversation now: one is snoozed until its time.
create or replace function current_status(p_contact contacts) returns text
    language sql stable
    return case when p_contact.status = 'snoozed' and p_contact.snoozed_until <= now() then 'open'
           else p_contact.status end;
select own_functions('current_status');
grant execute on function current_status to chatbot_app;

-- Assigns a conversation to a member, or to nobody (null). With p_if_free only when nobody has it, so that of two who
-- take it at once one gets it. Returns {"assignee", "assigned": whether it is as asked}; null: this person can't take
-- one.
create or replace function assign_contact(p_contact uuid, p_assignee text, p_if_free boolean default false)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts := lock_contact(p_contact);
begin
    if p_assignee is not null and not exists (
        select from tenant_members
        where tenant_id = c.tenant_id and email = lower(p_assignee) and role <> 'viewer') then
        return null;
    end if;
    if p_if_free and c.assignee is not null and c.assignee is distinct from lower(p_assignee) then
        return jsonb_build_object('assignee', c.assignee, 'assigned', false);
    end if;
    if c.assignee is distinct from lower(p_assignee) then
        update contacts set assignee = lower(p_assignee) where id = p_contact;
        perform record_audit('contacts.assign', lower(p_assignee), p_contact);
    end if;
    return jsonb_build_object('assignee', lower(p_assignee), 'assigned', true);
end $$;
select own_functions('assign_contact');
grant execute on function assign_contact to chatbot_app;

-- Assigns a conversation that is handed off, where the tenant wants it so: to the available member who has waited
-- longest for one. Agents first; where there is none, editors and owners.
create or replace function assign_in_turn() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    member text;
begin
    if not exists (select from tenants where id = new.tenant_id and assignment = 'in_turn')
       or exists (select from contacts where id = new.contact_id and assignee is not null) then
        return null;
    end if;
    update tenant_members set assigned_at = clock_timestamp() where (tenant_id, email) = (
            select m.tenant_id, m.email from tenant_members m
            where m.tenant_id = new.tenant_id and m.available and m.role <> 'viewer'
            order by m.role <> 'agent', m.assigned_at nulls first, m.email limit 1 for update skip locked)
        returning email into member;
    update contacts set assignee = member where id = new.contact_id and member is not null;
    return null;
end $$;
create or replace trigger assign_in_turn after insert on handoffs for each row when (new.source <> 'operator')
    execute function assign_in_turn();
select own_functions('assign_in_turn');

-- Writes a note about a person. Returns its id.
create or replace function add_note(p_contact uuid, p_author text, p_body text) returns bigint
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts := lock_contact(p_contact);
    made bigint;
begin
    insert into contact_notes (tenant_id, contact_id, author, body) values (c.tenant_id, p_contact, p_author, p_body)
        returning id into made;
    perform record_audit('contacts.note', null, p_contact);
    return made;
end $$;
select own_functions('add_note');
grant execute on function add_note to chatbot_app;

-- Takes a note back: its author may, and with p_any everybody's. Returns whether there was one.
create or replace function delete_note(p_id bigint, p_author text, p_any boolean) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from contact_notes where id = p_id and tenant_id = current_tenant() and (p_any or author = p_author);
    return found;
end $$;
select own_functions('delete_note');
grant execute on function delete_note to chatbot_app;

-- Changes what the staff know of a person: {"staff_name", "language", "tags", "lead": {field: words, null deletes it},
-- "blocked", "opted_out": true}; what is absent stays. An opt-out is taken back by the customer alone. A blocked person
-- waits for nobody.
create or replace function edit_contact(p_contact uuid, p_changes jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts := lock_contact(p_contact);
begin
    update contacts set
        staff_name = case when p_changes ? 'staff_name' then nullif(btrim(p_changes ->> 'staff_name'), '')
            else staff_name end,
        language = case when p_changes ? 'language' then nullif(p_changes ->> 'language', '') else language end,
        tags = case when p_changes ? 'tags' then array(select jsonb_array_elements_text(p_changes -> 'tags'))
            else tags end,
        lead = jsonb_strip_nulls(lead || coalesce(p_changes -> 'lead', '{}')),
        blocked = coalesce((p_changes ->> 'blocked')::boolean, blocked),
        opted_out_at = case when (p_changes ->> 'opted_out')::boolean then coalesce(opted_out_at, now())
            else opted_out_at end
        where id = p_contact;
    if (p_changes ->> 'blocked')::boolean then
        update handoffs set resumed_at = now() where contact_id = p_contact and resumed_at is null;
    end if;
    perform record_audit('contacts.update', null, p_contact,
                         jsonb_build_object('changed', array(select jsonb_object_keys(p_changes))));
end $$;
select own_functions('edit_contact');
grant execute on function edit_contact to chatbot_app;

-- Notes how far a member has read a conversation. Null: up to its newest message. 0: it is unread from the customer's
-- newest message on.
create or replace function mark_read(p_contact uuid, p_email text, p_upto bigint default null) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    newest bigint := (select max(id) from conversation_logs where tenant_id = current_tenant()
                      and contact_id = p_contact);
    newest_in bigint := (select max(id) from conversation_logs where tenant_id = current_tenant()
                         and contact_id = p_contact and direction = 'in');
begin
    if not exists (select from contacts where id = p_contact and tenant_id = current_tenant()) then
        raise exception 'contact % does not exist', p_contact using errcode = 'no_data_found';
    end if;
    insert into conversation_reads as r (tenant_id, contact_id, email, read_id)
        values (current_tenant(), p_contact, p_email,
                case p_upto when 0 then coalesce(newest_in, 1) - 1 else coalesce(least(p_upto, newest), newest, 0) end)
        on conflict (contact_id, email) do update
            set read_id = case p_upto when 0 then excluded.read_id else greatest(r.read_id, excluded.read_id) end;
end $$;
select own_functions('mark_read');
grant execute on function mark_read to chatbot_app;

-- How many messages of a customer a member has not read, 100 at most. Somebody who has never opened the conversation
-- has not read what came since they are a member.
create or replace function unread_messages(p_contact uuid, p_email text) returns int
    language sql stable as $$
    select count(*)::int from (
        select from conversation_logs l
        where l.tenant_id = current_tenant() and l.contact_id = p_contact and l.direction = 'in'
          and l.status is distinct from 'rating'
          and l.id > coalesce((select r.read_id from conversation_reads r where r.contact_id = p_contact
                               and r.email = p_email), 0)
          and l.created_at >= (select m.created_at from tenant_members m
                               where m.tenant_id = current_tenant() and m.email = p_email)
        order by l.id desc limit 100) unread
$$;
select own_functions('unread_messages');
grant execute on function unread_messages to chatbot_app;

-- Whether the tenant's inbox shows something new since an earlier answer's "since": a message, a reaction, or an act of
-- a colleague: {"changed", "since": {"messages", "acts", "reactions"}}. Null for the first time: then a message among
-- the newest hundred of all tenants is new, because the page may have read its lists before it came. It looks only at
-- what all tenants wrote meanwhile; after many messages it does not look, and says yes. It misses what is committed
-- after something with a higher id: who asks reads everything again now and then anyway.
create or replace function inbox_news(p_since jsonb) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'since', jsonb_build_object('messages', n.message, 'acts', n.act, 'reactions', n.reaction),
        'changed', since.message > 0 and (n.message > since.message + 1000 or n.act > since.act
                                          or n.reaction > since.reaction)
            or exists (select from conversation_logs l
                       where l.id > case since.message when 0 then n.message - 100 else since.message end
                           and l.tenant_id = current_tenant()))
    from (select coalesce((select max(id) from conversation_logs), 0) as message,
                 coalesce((select max(id) from audit_log
                           where tenant_id = current_tenant() and contact_id is not null), 0) as act,
                 coalesce((select max(seq) from reactions
                           where tenant_id = current_tenant() and reacted_at > now() - interval '1 hour'), 0)
                     as reaction) n,
        (select coalesce((p_since ->> 'messages')::bigint, 0) as message,
                coalesce((p_since ->> 'acts')::bigint, 0) as act,
                coalesce((p_since ->> 'reactions')::bigint, 0) as reaction) since
$$;
select own_functions('inbox_news');
grant execute on function inbox_news to chatbot_app;

-- Whether a conversation is in a view of the inbox:
-- all         open                              mine     open, and this member's
-- unassigned  open, nobody's, and a person is needed: it waits for one, or the bot is paused
-- waiting     it waits for a person             snoozed, solved, blocked   as they say
create or replace function in_view(p_contact contacts, p_view text, p_email text, p_waiting boolean) returns boolean
    language sql stable
    return case p_view
        when 'waiting' then p_waiting
        when 'blocked' then p_contact.blocked
        when 'all' then not p_contact.blocked and current_status(p_contact) = 'open'
        when 'mine' then not p_contact.blocked and current_status(p_contact) = 'open' and p_contact.assignee = p_email
        when 'unassigned' then not p_contact.blocked and current_status(p_contact) = 'open'
            and p_contact.assignee is null and (p_waiting or coalesce(p_contact.paused_until > now(), false))
        when 'snoozed' then current_status(p_contact) = 'snoozed'
        when 'solved' then current_status(p_contact) = 'solved'
        else true end;
select own_functions('in_view');
grant execute on function in_view to chatbot_app;

-- How many conversations each view has for a member, and how many of `mine`, `unassigned` and `waiting` have messages
-- that they have not read: {"all", "mine", "unassigned", "waiting", "snoozed", "solved", "blocked", "unread"}.
create or replace function inbox_counts(p_email text) returns jsonb
    language sql stable as $$
    with here as materialized (
        select c.id, w.id is not null as waiting, in_view(c, 'all', p_email, false) as is_open,
               in_view(c, 'mine', p_email, false) as mine,
               in_view(c, 'unassigned', p_email, w.id is not null) as unassigned,
               current_status(c) as status, c.blocked
        from contacts c left join waiting_contacts() w (id) on w.id = c.id
        where c.tenant_id = current_tenant())
    select jsonb_build_object(
        'all', count(*) filter (where is_open), 'mine', count(*) filter (where mine),
        'unassigned', count(*) filter (where unassigned), 'waiting', count(*) filter (where waiting),
        'snoozed', count(*) filter (where status = 'snoozed'), 'solved', count(*) filter (where status = 'solved'),
        'blocked', count(*) filter (where blocked),
        'unread', (select count(*) from here h where (h.mine or h.unassigned or h.waiting)
                   and unread_messages(h.id, p_email) > 0))
    from here
$$;
select own_functions('inbox_counts');
grant execute on function inbox_counts to chatbot_app;

-- What is known of a customer's orders, newest first: what the tools have said of them, and baskets of the catalogue.
create or replace function known_orders(p_contact uuid, p_limit int)
    returns table (at timestamptz, source text, words text)
    language sql stable as $$
    select * from (
        select t.opened_at, x ->> 'tool', left(x ->> 'outcome', 500)
        from turns t, jsonb_array_elements(case when jsonb_typeof(t.trace) = 'array' then t.trace end) x
        where t.contact_id = p_contact and t.opened_at > now() - interval '180 days' and x ->> 'tool' ilike '%order%'
          and coalesce(x ->> 'error', 'false') = 'false' and x -> 'asks' is null  -- nothing was asked of the tool
        union all
        select l.created_at, 'catalogue', left(substr(l.body, 9), 500) from conversation_logs l
        where l.tenant_id = current_tenant() and l.contact_id = p_contact and l.direction = 'in'
          and l.body like '[order] %') o (at, source, words)
    order by o.at desc limit p_limit
$$;
select own_functions('known_orders');
grant execute on function known_orders to chatbot_app;
