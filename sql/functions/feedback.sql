-- What people say of answers and conversations: the staff's marks, customers' reactions and ratings.

-- Marks an answer of the bot as good or wrong, or takes this person's mark back (p_verdict null). Raises no_data_found
-- where the current tenant has no such answer.
create or replace function mark_answer(p_turn uuid, p_person text, p_verdict text, p_reason text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t turns;
begin
    select * into t from turns where id = p_turn and tenant_id = current_tenant()
        and outcome in ('answered', 'unanswered', 'handed_off');
    if not found then
        raise exception 'answer % does not exist', p_turn using errcode = 'no_data_found';
    end if;
    if p_verdict is null then
        delete from answer_marks where turn_id = p_turn and person = p_person;
    else
        insert into answer_marks (tenant_id, turn_id, person, verdict, reason)
            values (t.tenant_id, p_turn, p_person, p_verdict, nullif(btrim(p_reason), ''))
            on conflict (turn_id, person) do update set verdict = excluded.verdict, reason = excluded.reason,
                marked_at = now();
    end if;
    perform record_audit('answers.mark', p_verdict, t.contact_id, jsonb_build_object('turn_id', p_turn));
end $$;
select own_functions('mark_answer');
grant execute on function mark_answer to chatbot_app;

-- Keeps a customer's reaction, or that it was taken back. Of several the latest counts, in whatever order they come.
create or replace function keep_reaction(p_tenant uuid, p_contact uuid, p_phone_number_id text, m jsonb) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into reactions as r (tenant_id, contact_id, phone_number_id, message_id, emoji, reacted_at, seq)
        select p_tenant, p_contact, p_phone_number_id, said(m #> '{reaction,message_id}'),
               left(said(m #> '{reaction,emoji}'), 40), written_at(m), i.seq
        from inbound_messages i
        where i.phone_number_id = p_phone_number_id and i.message_id = m ->> 'id'
            and said(m #> '{reaction,message_id}') is not null
        on conflict (contact_id, phone_number_id, message_id) do update set emoji = excluded.emoji,
            reacted_at = excluded.reacted_at, seq = excluded.seq
            where (r.reacted_at, r.seq) < (excluded.reacted_at, excluded.seq)
$$;
select own_functions('keep_reaction');

-- Whether a message is a reaction to one that was sent to this person: then it shows on that one.
create or replace function reacts_to_ours(p_contact uuid, p_phone_number_id text, p_payload text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from conversation_logs l
                   where l.phone_number_id = p_phone_number_id and l.contact_id = p_contact and l.direction = 'out'
                     and l.message_id = said(message_of(p_payload) #> '{reaction,message_id}'))
$$;
select own_functions('reacts_to_ours');

-- The answer of the bot, a turn, that ends with this message of the log; null: none does.
create or replace function answer_of(p_message conversation_logs) returns uuid
    language sql stable as $$
    select t.id from turns t
    where t.id = p_message.turn_id and p_message.direction = 'out'
      and t.outcome in ('answered', 'unanswered', 'handed_off')
      and not exists (select from conversation_logs l where l.turn_id = t.id and l.direction = 'out'
                      and l.id > p_message.id)
$$;
select own_functions('answer_of');
grant execute on function answer_of to chatbot_app;

-- The marks on an answer, the newest first: [{"person", "verdict", "reason", "at"}]; null: there are none.
create or replace function marks_of(p_turn uuid) returns jsonb
    language sql stable as $$
    select jsonb_agg(jsonb_build_object('person', k.person, 'verdict', k.verdict, 'reason', k.reason,
                                        'at', k.marked_at::text) order by k.marked_at desc)
    from answer_marks k where k.turn_id = p_turn
$$;
select own_functions('marks_of');
grant execute on function marks_of to chatbot_app;

-- The emoji of the customer's reaction to a message of the log; null: there is none.
create or replace function reaction_to(p_message conversation_logs) returns text
    language sql stable as $$
    select r.emoji from reactions r
    where p_message.direction = 'out' and r.contact_id = p_message.contact_id
      and r.phone_number_id = p_message.phone_number_id and r.message_id = p_message.message_id
$$;
select own_functions('reaction_to');
grant execute on function reaction_to to chatbot_app;

-- What a reaction says of an answer: up, down, or other. A thumb may have a colour of skin.
create or replace function reaction_kind(p_emoji text) returns text
    language sql immutable parallel safe
    return case left(p_emoji, 1) when '👍' then 'up' when '👎' then 'down' else 'other' end;
select own_functions('reaction_kind');
grant execute on function reaction_kind to chatbot_app;

-- The answers of the bot since a time that a member of the staff has marked wrong, or to which the customer has reacted
-- with a thumb down, the newest first; of all numbers, or of one.
create or replace function wrong_answers(p_since timestamptz, p_number text, p_limit int)
    returns table (turn_id uuid, contact_id uuid, name text, question text, answer text, at timestamptz, marks jsonb,
                   thumb_down boolean)
    language sql stable as $$
    with blamed as (
        select k.turn_id from answer_marks k
        where k.tenant_id = current_tenant() and k.verdict = 'wrong' and k.marked_at >= p_since
        union
        select l.turn_id from reactions r join conversation_logs l
            on l.phone_number_id = r.phone_number_id and l.message_id = r.message_id and l.direction = 'out'
        where r.tenant_id = current_tenant() and reaction_kind(r.emoji) = 'down' and r.reacted_at >= p_since)
    select t.id, t.contact_id, coalesce(c.staff_name, c.name, c.username), left(t.question, 500),
           (select left(string_agg(l.body, e'\n\n' order by l.id), 2000) from conversation_logs l
            where l.turn_id = t.id and l.direction = 'out'),
           t.closed_at, coalesce(marks_of(t.id), '[]'),
           exists (select from conversation_logs l where l.turn_id = t.id and reaction_kind(reaction_to(l)) = 'down')
    from blamed b join turns t on t.id = b.turn_id join contacts c on c.id = t.contact_id
    where t.outcome in ('answered', 'unanswered', 'handed_off') and (p_number = '' or t.phone_number_id = p_number)
    order by t.closed_at desc, t.id limit p_limit
$$;
select own_functions('wrong_answers');
grant execute on function wrong_answers to chatbot_app;

-- The id by which a customer's tap on a rating's button or row comes back, 'rating:<id>:<score>'; null: it is another
-- message.
create or replace function rating_tap(m jsonb) returns text
    language sql immutable parallel safe
    return (select t.id
            from (values (m #>> '{interactive,button_reply,id}'), (m #>> '{interactive,list_reply,id}')) t(id)
            where t.id ~ '^rating:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[1-5]$' limit 1);
select own_functions('rating_tap');
grant execute on function rating_tap to chatbot_app;

-- Asks a customer to rate a conversation, {"id", "content", "thanks"}: where a person of the staff has written to them
-- within the last 24 hours and since they were last asked, and where free words may still be sent. The caller holds
-- the contact's lock.
create or replace function ask_for_rating(p_contact contacts, p_rating jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    number text := (select n.phone_number_id from number_of_contact(p_contact.id) n);
    asked timestamptz := (select max(asked_at) from ratings where contact_id = p_contact.id);
begin
    if number is null or p_contact.blocked or p_contact.opted_out_at is not null
       or coalesce(p_contact.last_message_at < now() - interval '24 hours', true)
       or not exists (
           select from conversation_logs l
           where l.contact_id = p_contact.id and l.model = 'human'
             and l.status in ('sent', 'delivered', 'read', 'played', 'by a human')
             and l.created_at > greatest(now() - interval '24 hours', asked)) then
        return;
    end if;
    insert into ratings (id, tenant_id, contact_id, turn_id, phone_number_id, thanks)
        values ((p_rating ->> 'id')::uuid, p_contact.tenant_id, p_contact.id,
                queue_words(p_contact, number, p_rating -> 'content', 'rating'), number, p_rating ->> 'thanks');
end $$;
select own_functions('ask_for_rating');

-- Takes a question for a rating back that has not gone out: the conversation is not solved after all. The caller holds
-- the contact's lock.
create or replace function cancel_rating_question(p_contact uuid) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    with late as (
        update outbound_messages o set state = 'cancelled', retry_at = null, updated_at = now(),
                                       error = 'the conversation went on'
        from ratings r
        where r.contact_id = p_contact and r.score is null and o.turn_id = r.turn_id and o.retry_at is not null
          and o.state in ('pending', 'failed')
        returning o.send_id, o.turn_id),
    logged as (
        update conversation_logs l set status = 'cancelled' from late
            where l.send_id = late.send_id and l.direction = 'out')
    delete from ratings r using late where r.turn_id = late.turn_id;
end $$;
select own_functions('cancel_rating_question');

-- Keeps what a customer's tap says, the latest of several, and thanks for the first. Returns whether thanks go out now.
create or replace function rate_conversation(p_contact contacts, m jsonb) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    tap text[] := string_to_array(rating_tap(m), ':');
    r ratings;
begin
    select * into r from ratings where id = tap[2]::uuid and contact_id = p_contact.id for update;
    if not found then
        return false;
    end if;
    update ratings set score = tap[3]::int, rated_at = written_at(m)
        where id = r.id and coalesce(rated_at <= written_at(m), true);
    if r.score is not null then
        return false;
    end if;
    perform queue_words(p_contact, r.phone_number_id, jsonb_build_object(
        'type', 'text', 'text', jsonb_build_object('body', r.thanks, 'preview_url', false)), 'rating');
    return true;
end $$;
select own_functions('rate_conversation');
