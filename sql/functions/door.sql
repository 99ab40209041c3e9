-- The door to the portal. chatbot_door, which faces the internet, opens sessions with codes that were proved and writes
-- down requests; chatbot_app, as the scripts behind the portal, learns who asks. Digests are SHA-256.

-- Whether somebody may sign in at all; p_tenant: at the address of this business, which is for its members alone.
create or replace function door_knows(p_person text, p_tenant uuid default null) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from tenant_members m join tenants t on t.id = m.tenant_id
                   where m.email = p_person and t.status = 'active' and (p_tenant is null or t.id = p_tenant))
        or p_tenant is null and exists (select from operators where email = p_person)
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

-- Writes down a code that somebody wants, and at which host. 'send': its job may send it; 'asked': nothing is sent,
-- because the person is not known, is locked, or has been sent enough; 'slow': too many from this address. The caller
-- answers the first two alike, and what is done for them is the same.
create or replace function ask_code(p_attempt bytea, p_person text, p_code bytea, p_padded text, p_job bytea,
                                    p_address text, p_host text, p_invitation bytea default null,
                                    p_tenant uuid default null) returns text
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
    may_have := (door_knows(p_person, p_tenant) or is_invited(p_person, p_invitation, p_tenant)) and may_have;
    insert into door_codes (attempt_digest, person, code_digest, padded, job_digest, invitation, tenant_id, host)
        values (p_attempt, p_person, p_code, p_padded, p_job, p_invitation, p_tenant, p_host);
    return case when may_have then 'send' else 'asked' end;
end $$;
select own_functions('ask_code');
grant execute on function ask_code to chatbot_door;

-- What the job that sends a code has to know, with the address where it was asked for and its looks. Only the job of
-- that id gets it, also when Windmill runs it again.
create or replace function take_code(p_job bytea)
    returns table (person text, padded text, host text, branding jsonb)
    language sql stable security definer set search_path = public, pg_temp as $$
    select c.person, c.padded, c.host, branding_of(c.tenant_id) from door_codes c
        where c.job_digest = p_job and c.expires_at > now()
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
    perform accept_invitation(asked.person, asked.invitation, asked.tenant_id);
    if not door_knows(asked.person, asked.tenant_id) then
        return 'gone';
    end if;
    delete from door_counts where subject = tries.subject;
    perform open_session(asked.person, case when asked.person like '+%' then 'whatsapp' else 'email' end, p_token,
                         p_browser, asked.tenant_id);
    return 'in';
end $$;
select own_functions('enter_code');
grant execute on function enter_code to chatbot_door;

-- A new session of a person who has proved who they are; of more than twenty the oldest end. They are counted for each
-- business's addresses, so that sessions at one end none elsewhere.
create or replace function open_session(p_person text, p_how text, p_token bytea, p_browser text,
                                        p_tenant uuid default null) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from door_sessions where id in (
        select id from door_sessions where person = p_person and tenant_id is not distinct from p_tenant
        order by seen_at desc offset 19);
    insert into door_sessions (token_digest, person, how, browser, tenant_id)
        values (p_token, p_person, p_how, left(p_browser, 200), p_tenant);
$$;
select own_functions('open_session');

-- Opens a session of a person whom somebody else has proved to the door: their company's provider, their passkey. False
-- where nobody of that name may sign in.
create or replace function prove_person(p_person text, p_how text, p_token bytea, p_browser text,
                                        p_tenant uuid default null) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if p_how not in ('passkey', 'provider') or not coalesce(door_knows(p_person, p_tenant), false) then
        return false;
    end if;
    perform open_session(p_person, p_how, p_token, p_browser, p_tenant);
    return true;
end $$;
select own_functions('prove_person');
grant execute on function prove_person to chatbot_door;

-- Whether the session of this request may know of what is good at a business's own addresses (null: at the platform's):
-- one at a business's own knows of that business's only. p_job null: no session asks, but an account of Windmill.
create or replace function is_seen_from(p_job bytea, p_tenant uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp as $$
    select p_job is null or exists (
        select from door_tickets t join door_sessions here on here.id = t.session_id
        where t.job_digest = p_job and (here.tenant_id is null or here.tenant_id = p_tenant))
$$;
select own_functions('is_seen_from');

-- The person of the session that a cookie opens; null without one.
create or replace function session_person(p_token bytea, p_tenant uuid default null) returns text
    language sql security definer set search_path = public, pg_temp as $$
    select person from door_sessions where id = use_session(p_token, p_tenant)
$$;
select own_functions('session_person');
grant execute on function session_person to chatbot_door;

-- The id of the session that a cookie opens, and notes that it is used; null when there is none, after 24 hours
-- without use, or after 14 days, or where it is used at another address than it was opened at: p_tenant is the business
-- whose address is asked, null at the platform's.
create or replace function use_session(p_token bytea, p_tenant uuid default null) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here door_sessions;
begin
    select * into here from door_sessions
        where token_digest = p_token and expires_at > now() and seen_at > now() - interval '24 hours'
          and tenant_id is not distinct from p_tenant;
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
create or replace function make_ticket(p_token bytea, p_job bytea, p_request bytea, p_tenant uuid default null)
    returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
    session uuid := use_session(p_token, p_tenant);
begin
    if session is null then
        return false;
    end if;
    insert into door_tickets (job_digest, session_id, request_digest) values (p_job, session, p_request);
    return true;
end $$;
select own_functions('make_ticket');
grant execute on function make_ticket to chatbot_door;

-- Whether a ticket is in time: its job was started a minute ago at most. One that Windmill runs again, under the same
-- id, asks again within a quarter of an hour.
create or replace function is_good_ticket(p_ticket door_tickets) returns boolean
    language sql stable
    return case when p_ticket.redeemed_at is null then p_ticket.made_at > now() - interval '60 seconds'
           else p_ticket.redeemed_at > now() - interval '15 minutes' end;
select own_functions('is_good_ticket');

-- Who asks: the person of the session for which the job of this id was started, with this request, and the only
-- business that the session is good for (null: any of theirs); no row where there is none, or it is too late.
create or replace function redeem_ticket(p_job bytea, p_request bytea) returns table (person text, tenant_id uuid)
    language sql security definer set search_path = public, pg_temp as $$
    update door_tickets t set redeemed_at = coalesce(t.redeemed_at, now()) from door_sessions s
        where t.job_digest = p_job and t.request_digest = p_request and s.id = t.session_id and s.expires_at > now()
          and is_good_ticket(t)
        returning s.person, s.tenant_id
$$;
select own_functions('redeem_ticket');
grant execute on function redeem_ticket to chatbot_app;

-- Where a person is signed in at the door, as far as this request may know of it, newest use first. here: the session
-- of this very request.
create or replace function my_sessions(p_person text, p_job bytea)
    returns table (id uuid, how text, browser text, made_at timestamptz, seen_at timestamptz, here boolean)
    language sql stable security definer set search_path = public, pg_temp as $$
    select s.id, s.how, s.browser, s.made_at, s.seen_at,
           exists (select from door_tickets t where t.job_digest = p_job and t.session_id = s.id)
        from door_sessions s
        where s.person = p_person and s.expires_at > now() and s.seen_at > now() - interval '24 hours'
          and is_seen_from(p_job, s.tenant_id)
        order by s.seen_at desc, s.id
$$;
select own_functions('my_sessions');
grant execute on function my_sessions to chatbot_app;

-- Ends one of these sessions, or all but the one of this request (p_id null); how many ended.
create or replace function end_sessions(p_person text, p_id uuid, p_job bytea) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    ended int;
begin
    delete from door_sessions s where s.person = p_person and is_seen_from(p_job, s.tenant_id)
        and case when p_id is not null then s.id = p_id
        else not exists (select from door_tickets t where t.job_digest = p_job and t.session_id = s.id) end;
    get diagnostics ended = row_count;
    return ended;
end $$;
select own_functions('end_sessions');
grant execute on function end_sessions to chatbot_app;

-- Forgets what has ended.
create or replace function clean_door() returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from door_sessions where expires_at < now() or seen_at < now() - interval '24 hours';
    delete from door_tickets where made_at < now() - interval '20 minutes';
    delete from door_codes where expires_at < now();
    delete from door_invitations where expires_at < now();
    delete from door_challenges where expires_at < now();
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
    delete from door_passkeys where person = old.email and not door_knows(old.email, tenant_id);
    return null;
end $$;
select own_functions('sign_out_removed');
create or replace trigger sign_out_removed after delete on tenant_members
    for each row execute function sign_out_removed();
create or replace trigger sign_out_removed after delete on operators
    for each row execute function sign_out_removed();
