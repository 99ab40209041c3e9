-- What a customer wishes of the conversation itself: silence (an opt-out), or its end (an opt-in). Of several the last
-- one that came in counts, whichever run comes first, late, twice or never.

-- What a message wishes: 'opt_out', 'opt_in', or null. In a group nobody wishes anything.
create or replace function wish_of(p_bot chatbots, m jsonb) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select case
        when word_in(p_bot.opt_out_words, words) then 'opt_out'
        when word_in(p_bot.opt_in_words, words) then 'opt_in'
    end
    from content_words(m) words
    where m ->> 'type' in ('text', 'button', 'interactive') and said(m -> 'group_id') is null
$$;
select own_functions('wish_of');
grant execute on function wish_of to chatbot_app;

-- Whether the same person has wished the contrary since: then a message's own wish changes nothing any more. Without
-- it, a second run of an opt-in would undo the opt-out that came between the two.
create or replace function is_taken_back(p_contact contacts, p_phone_number_id text, p_message_id text)
    returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (
        select from inbound_messages mine join chatbots bot using (phone_number_id)
        join chatbots other on other.tenant_id = bot.tenant_id
        join inbound_messages later on later.phone_number_id = other.phone_number_id and later.kind = 'message'
            and later.seq > mine.seq
            and (later.contact_id = p_contact.id or later.sender in (p_contact.phone, p_contact.user_id)
                 and later.state in ('received', 'dispatched', 'waiting', 'in_turn'))
        where mine.phone_number_id = p_phone_number_id and mine.message_id = p_message_id
          and wish_of(other, message_of(later.payload)) <> wish_of(bot, message_of(mine.payload)))
$$;
select own_functions('is_taken_back');

-- Applies a person's wishes whose runs have not come, before another message of theirs is answered: an opt-out wherever
-- it stands, an opt-in that stands before that message. Such a run may wait in Windmill or be lost, and a turn would
-- answer its message as a question. The caller holds the contact's lock.
create or replace function apply_wishes(p_contact contacts, p_message inbound_messages, p_run uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    pending inbound_messages;
    reason text;
begin
    for pending in
        select i.* from inbound_messages i join chatbots b using (phone_number_id)
        where b.tenant_id = p_contact.tenant_id and i.kind = 'message' and i.message_id <> p_message.message_id
          and i.sender in (p_contact.phone, p_contact.user_id) and i.state in ('received', 'dispatched')
          and case wish_of(b, message_of(i.payload))
                when 'opt_out' then true
                when 'opt_in' then i.seq < p_message.seq
              end
        order by i.seq for update of i
    loop
        reason := receive_message(pending.phone_number_id, pending.payload) ->> 'end';
        if reason is not null then
            perform end_message(pending.phone_number_id, pending.message_id, p_run, reason);
        end if;
    end loop;
end $$;
select own_functions('apply_wishes');

-- Whether a person is to be left alone: they have opted out, or the last wish whose run has not come yet is an opt-out.
create or replace function wants_silence(p_contact contacts) returns boolean
    language sql stable as $$
    select p_contact.opted_out_at is not null or coalesce('opt_out' = (
        select wish_of(b, message_of(i.payload)) from inbound_messages i join chatbots b using (phone_number_id)
        where b.tenant_id = p_contact.tenant_id and i.kind = 'message' and i.state in ('received', 'dispatched')
          and i.sender in (p_contact.phone, p_contact.user_id) and wish_of(b, message_of(i.payload)) is not null
        order by i.seq desc limit 1), false)
$$;
select own_functions('wants_silence');
grant execute on function wants_silence to chatbot_app;
