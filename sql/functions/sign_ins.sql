-- What the ingress may know and write of a sign-in: it faces the internet, so both functions want the state that only
-- the browser has.

-- For the page that asks whether to go on: what is connected to what, by whom, and the key that the code is sealed to.
-- Null: there is no such sign-in, it is too late, or it has been answered.
create or replace function read_sign_in(p_state_digest bytea) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object('tool', s.tool, 'person', s.person, 'business', t.name, 'seal_to', s.seal_to)
        from (select tenant_id, tool, person, seal_to from tool_sign_ins
                  where state_digest = p_state_digest and expires_at > now() and sealed_code is null and refusal is null
              union all
              select tenant_id, 'WhatsApp', person, seal_to from number_sign_ins
                  where state_digest = p_state_digest and expires_at > now() and sealed_code is null
                      and sealed_token is null and refusal is null) s
            join tenants t on t.id = s.tenant_id
$$;
select own_functions('read_sign_in');
grant execute on function read_sign_in to chatbot_ingress;

-- Adds the sealed code, or what the authorization server said instead of one; once.
create or replace function answer_sign_in(p_state_digest bytea, p_sealed_code text, p_refusal text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update tool_sign_ins set sealed_code = left(p_sealed_code, 10000), refusal = left(p_refusal, 300)
        where state_digest = p_state_digest and expires_at > now() and sealed_code is null and refusal is null;
    if not found then
        update number_sign_ins set sealed_code = left(p_sealed_code, 10000), refusal = left(p_refusal, 300)
            where state_digest = p_state_digest and expires_at > now() and sealed_code is null and sealed_token is null
                and refusal is null;
    end if;
    return found;
end $$;
select own_functions('answer_sign_in');
grant execute on function answer_sign_in to chatbot_ingress;
