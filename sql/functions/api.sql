-- The keys of the API for developers (portal/api.py): whether one opens what is asked for, and as whom its job acts.

-- May this key do this now? {"outcome", "limit", "left", "reset_s"}: 'ok', 'unknown', 'revoked', 'expired',
-- 'suspended' (the business), 'scope' (not among the key's), 'slow' (too often; again in reset_s seconds). A call that
-- is refused for its scope counts, too. Of keys that nobody knows an address may try sixty in ten minutes: none is ever
-- guessed, but each costs a look.
create or replace function use_api_key(p_key bytea, p_scope text, p_address text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    here api_keys;
    plan tenants;
    bound int;
    counted api_minutes;
    outcome text;
begin
    select * into here from api_keys where digest = p_key;
    if not found then
        return case when count_try(count_subject('unknown keys from', p_address), 60, '10 minutes')
               then jsonb_build_object('outcome', 'unknown')
               else jsonb_build_object('outcome', 'slow', 'limit', 60, 'left', 0, 'reset_s', 600) end;
    end if;
    select * into plan from tenants where id = here.tenant_id;
    outcome := case when here.revoked_at is not null then 'revoked' when here.expires_at <= now() then 'expired'
               when plan.status <> 'active' then 'suspended' end;
    if outcome is not null then
        return jsonb_build_object('outcome', outcome);
    end if;
    bound := plan_figure(plan.limits, 'api_calls_per_minute');
    insert into api_minutes as m (tenant_id, minute, calls) values (plan.id, now(), 1)
        on conflict (tenant_id) do update set
            minute = case when m.minute > now() - interval '1 minute' then m.minute else now() end,
            calls = case when m.minute > now() - interval '1 minute' then m.calls + 1 else 1 end
        returning * into counted;
    if here.used_at is distinct from date_trunc('minute', now()) then
        update api_keys set used_at = date_trunc('minute', now()) where id = here.id;
    end if;
    return jsonb_build_object(
        'outcome', case when counted.calls > bound then 'slow' when p_scope = any (here.scopes) then 'ok'
                   else 'scope' end,
        'limit', bound, 'left', greatest(0, bound - counted.calls),
        'reset_s', ceil(extract(epoch from counted.minute + interval '1 minute' - now()))::int);
end $$;
select own_functions('use_api_key');
grant execute on function use_api_key to chatbot_door;

-- Lets the job of this id act for the key's business, with the key's scopes, for this request. False when the key has
-- ended meanwhile.
create or replace function make_key_ticket(p_key bytea, p_job bytea, p_request bytea) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into door_tickets (job_digest, key_id, request_digest)
        select p_job, id, p_request from api_keys
        where digest = p_key and revoked_at is null and expires_at > now();
    return found;
end $$;
select own_functions('make_key_ticket');
grant execute on function make_key_ticket to chatbot_door;

-- Which key asks, as redeem_ticket has it for a person; no row where no key does.
create or replace function redeem_key_ticket(p_job bytea, p_request bytea)
    returns table (tenant_id uuid, name text, scopes text[])
    language sql security definer set search_path = public, pg_temp as $$
    update door_tickets d set redeemed_at = coalesce(d.redeemed_at, now()) from api_keys k join tenants t
            on t.id = k.tenant_id
        where d.job_digest = p_job and d.request_digest = p_request and k.id = d.key_id and k.revoked_at is null
          and k.expires_at > now() and t.status = 'active' and is_good_ticket(d)
        returning k.tenant_id, k.name, k.scopes
$$;
select own_functions('redeem_key_ticket');
grant execute on function redeem_key_ticket to chatbot_app;
