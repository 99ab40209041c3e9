-- The door to the portal. chatbot_door, which faces the internet, opens sessions with codes that were proved and writes
-- down requests; chatbot_app, as the scripts behind the portal, learns who asks. Digests are SHA-256.

-- Whether somebody may sign in at all.
create or replace function door_knows(p_person text) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from tenant_members m join tenants t on t.id = m.tenant_id
                   where m.email = p_person and t.status = 'active')
        or exists (select from operators where email = p_person)
$$;
select own_functions('door_knows');

-- Counts a try; false when there have been more than p_most within p_within.
create or replace function count_try(p_subject bytea, p_most int, p_within interval) returns boolean
    language sql security definer set search_path = public, pg_temp as $$
    insert into door_counts as c (subject, count) values (p_subject, 1)
        on conflict (subject) do update set
            count = case when c.since < now() - p_within then 1 else c.count + 1 end,
            since = case when c.since < now() - p_within then now() else c.since end
        returning count <= p_most
$$;
select own_functions('count_try');

-- A digest that stands for one kind of count of one account or address.
create or replace function count_subject(p_kind text, p_who text) returns bytea
    language sql immutable parallel safe
    return sha256(convert_to(p_kind || ' ' || p_who, 'UTF8'));
select own_functions('count_subject');

-- Writes down a code that somebody wants. 'send': its job may send it; 'asked': nothing is sent, because the person is
-- not known, is locked, or has been sent enough; 'slow': too many from this address. The caller answers the first two
-- alike, and what is done for them is the same.
create or replace function ask_code(p_attempt bytea, p_person text, p_code bytea, p_padded text, p_job bytea,
                                    p_address text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    may_have boolean;
begin
    if not count_try(count_subject('codes from', p_address), 30, '10 minutes') then
        return 'slow';
    end if;
    may_have := count_try(count_subject('codes to', p_person), 5, '15 minutes');
    may_have := may_have and not exists (
        select from door_counts where subject = count_subject('wrong codes of', p_person) and locked_until > now());
    may_have := door_knows(p_person) and may_have;
    insert into door_codes (attempt_digest, person, code_digest, padded, job_digest)
        values (p_attempt, p_person, p_code, p_padded, p_job);
    return case when may_have then 'send' else 'asked' end;
end $$;
select own_functions('ask_code');
grant execute on function ask_code to chatbot_door;

-- What the job that sends a code has to know. Only the job of that id gets it, also when Windmill runs it again.
create or replace function take_code(p_job bytea) returns table (person text, padded text)
    language sql stable security definer set search_path = public, pg_temp as $$
    select c.person, c.padded from door_codes c where c.job_digest = p_job and c.expires_at > now()
$$;
select own_functions('take_code');
grant execute on function take_code to chatbot_app;

-- Opens a session with a code: 'in', 'wrong', 'locked', or 'gone' (none was asked for, it is too old, or used). Five
-- wrong codes in a row lock the account for 15 minutes, whoever typed them and whether or not there is such an account.
create or replace function enter_code(p_attempt bytea, p_code bytea, p_token bytea, p_browser text) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    asked door_codes;
    tries door_counts;
begin
    select * into asked from door_codes where attempt_digest = p_attempt and expires_at > now() for update;
    if not found then
        return 'gone';
    end if;
    insert into door_counts (subject) values (count_subject('wrong codes of', asked.person)) on conflict do nothing;
    select * into tries from door_counts where subject = count_subject('wrong codes of', asked.person) for update;
    if tries.locked_until > now() then
        return 'locked';
    end if;
    if asked.code_digest <> p_code then
        tries.count := case when tries.locked_until is null then tries.count + 1 else 1 end;
        update door_counts set count = tries.count, since = now(),
            locked_until = case when tries.count >= 5 then now() + interval '15 minutes' end
            where subject = tries.subject;
        return case when tries.count >= 5 then 'locked' else 'wrong' end;
    end if;
    delete from door_codes where attempt_digest = p_attempt;
    if not door_knows(asked.person) then
        return 'gone';
    end if;
    delete from door_counts where subject = tries.subject;
    perform open_session(asked.person, case when asked.person like '+%' then 'whatsapp' else 'email' end, p_token,
                         p_browser);
    return 'in';
end $$;
select own_functions('enter_code');
grant execute on function enter_code to chatbot_door;

-- A new session of a person who has proved who they are; of more than twenty the oldest end.
create or replace function open_session(p_person text, p_how text, p_token bytea, p_browser text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from door_sessions where id in (
        select id from door_sessions where person = p_person order by seen_at desc offset 19);
    insert into door_sessions (token_digest, person, how, browser)
        values (p_token, p_person, p_how, left(p_browser, 200));
$$;
select own_functions('open_session');

-- The id of the session that a cookie opens, and notes that it is used; null when there is none, after 24 hours
-- without use, or after 14 days.
create or replace function use_session(p_token bytea) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here door_sessions;
begin
    select * into here from door_sessions
        where token_digest = p_token and expires_at > now() and seen_at > now() - interval '24 hours';
    if here.seen_at < now() - interval '1 minute' then
        update door_sessions set seen_at = now() where id = here.id;
    end if;
    return here.id;
end $$;
select own_functions('use_session');
grant execute on function use_session to chatbot_door;

-- Ends the session that a cookie opens.
create or replace function leave_session(p_token bytea) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from door_sessions where token_digest = p_token
$$;
select own_functions('leave_session');
grant execute on function leave_session to chatbot_door;

-- Lets the job of this id act as the session's person, for this request. False when the session has ended.
create or replace function make_ticket(p_token bytea, p_job bytea, p_request bytea) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    session uuid := use_session(p_token);
begin
    if session is null then
        return false;
    end if;
    insert into door_tickets (job_digest, session_id, request_digest) values (p_job, session, p_request);
    return true;
end $$;
select own_functions('make_ticket');
grant execute on function make_ticket to chatbot_door;

-- Who asks: the person of the session for which the job of this id was started, with this request, a minute ago at
-- most; null otherwise. A job that Windmill runs again, under the same id, asks again within a quarter of an hour.
create or replace function redeem_ticket(p_job bytea, p_request bytea) returns text
    language sql security definer set search_path = public, pg_temp as $$
    update door_tickets t set redeemed_at = coalesce(t.redeemed_at, now()) from door_sessions s
        where t.job_digest = p_job and t.request_digest = p_request and s.id = t.session_id and s.expires_at > now()
          and case when t.redeemed_at is null then t.made_at > now() - interval '60 seconds'
                   else t.redeemed_at > now() - interval '15 minutes' end
        returning s.person
$$;
select own_functions('redeem_ticket');
grant execute on function redeem_ticket to chatbot_app;

-- Forgets what has ended.
create or replace function clean_door() returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from door_sessions where expires_at < now() or seen_at < now() - interval '24 hours';
    delete from door_tickets where made_at < now() - interval '20 minutes';
    delete from door_codes where expires_at < now();
    delete from door_counts where since < now() - interval '1 day' and coalesce(locked_until, '-infinity') < now();
$$;
select own_functions('clean_door');
grant execute on function clean_door to chatbot_door;

-- Whoever is no member or no operator any more is signed out; who still may, signs in again.
create or replace function sign_out_removed() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from door_sessions where person = old.email;
    delete from door_codes where person = old.email;
    return null;
end $$;
select own_functions('sign_out_removed');
create or replace trigger sign_out_removed after delete on tenant_members
    for each row execute function sign_out_removed();
create or replace trigger sign_out_removed after delete on operators
    for each row execute function sign_out_removed();
