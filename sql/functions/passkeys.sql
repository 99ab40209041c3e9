-- Passkeys: what a sign-in with one has to match, and whose they are. Signatures are checked by the door (portal/).

-- Remembers what a sign-in has to match.
create or replace function put_challenge(p_token bytea, p_content text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into door_challenges (token_digest, content) values (p_token, p_content)
$$;
select own_functions('put_challenge');
grant execute on function put_challenge to chatbot_door;

-- Gives it back, once and for ten minutes; null otherwise.
create or replace function take_challenge(p_token bytea) returns text
    language sql security definer set search_path = public, pg_temp as $$
    with taken as (delete from door_challenges where token_digest = p_token returning content, expires_at)
    select content from taken where expires_at > now()
$$;
select own_functions('take_challenge');
grant execute on function take_challenge to chatbot_door;

-- Stores a passkey for the person of a session; false when the session has ended, or the credential is there already.
create or replace function put_passkey(p_token bytea, p_credential bytea, p_public_key bytea, p_sign_count bigint,
                                       p_browser text, p_tenant uuid default null) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into door_passkeys (credential, person, tenant_id, public_key, sign_count, name)
        select p_credential, person, tenant_id, p_public_key, p_sign_count, left(p_browser, 200) from door_sessions
        where id = use_session(p_token, p_tenant)
        on conflict do nothing;
    return found;
end $$;
select own_functions('put_passkey');
grant execute on function put_passkey to chatbot_door;

-- What a passkey's signature is held against; no row where it was made at another's address.
create or replace function read_passkey(p_credential bytea, p_tenant uuid default null)
    returns table (public_key bytea, sign_count bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
    select k.public_key, k.sign_count from door_passkeys k
        where k.credential = p_credential and k.tenant_id is not distinct from p_tenant
$$;
select own_functions('read_passkey');
grant execute on function read_passkey to chatbot_door;

-- Opens a session with a passkey whose signature was right; false where it counts no further than before (it was
-- copied), it was made at another's address, or its person may not sign in.
create or replace function enter_passkey(p_credential bytea, p_sign_count bigint, p_token bytea, p_browser text,
                                         p_tenant uuid default null)
    returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare
    whose text;
begin
    update door_passkeys set sign_count = p_sign_count, used_at = now()
        where credential = p_credential and tenant_id is not distinct from p_tenant
          and (p_sign_count > sign_count or (p_sign_count = 0 and sign_count = 0))
        returning person into whose;
    return prove_person(whose, 'passkey', p_token, p_browser, p_tenant);
end $$;
select own_functions('enter_passkey');
grant execute on function enter_passkey to chatbot_door;

-- A person's passkeys that this request may know of, newest first, by the digest of each in hex.
create or replace function my_passkeys(p_person text, p_job bytea)
    returns table (id text, name text, made_at timestamptz, used_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp as $$
    select encode(sha256(k.credential), 'hex'), k.name, k.made_at, k.used_at from door_passkeys k
        where k.person = p_person and is_seen_from(p_job, k.tenant_id) order by k.made_at desc
$$;
select own_functions('my_passkeys');
grant execute on function my_passkeys to chatbot_app;

-- Forgets one of these passkeys.
create or replace function delete_passkey(p_person text, p_id text, p_job bytea) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from door_passkeys where person = p_person and encode(sha256(credential), 'hex') = p_id
        and is_seen_from(p_job, tenant_id);
    return found;
end $$;
select own_functions('delete_passkey');
grant execute on function delete_passkey to chatbot_app;
