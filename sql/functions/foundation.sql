-- What the tables themselves use: policies, checks, indexes and first rows call these functions. So apply.py creates
-- them before the tables.

-- The tenant of this transaction; null when nobody has set one. Policies compare rows with it.
create or replace function current_tenant() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('app.tenant_id', true), '')::uuid;

-- Gives a tenant table to the owner and puts the two policies on it that roles.sql describes. Call it once for each
-- new table.
create or replace function isolate(tenant_table regclass, tenant_column name default 'tenant_id') returns void
    language plpgsql as $$
begin
    execute format('alter table %s owner to chatbot_owner', tenant_table);
    execute format('alter table %s enable row level security', tenant_table);
    execute format('alter table %s force row level security', tenant_table);
    execute format('create policy owner_functions on %s to chatbot_owner using (true) with check (true)', tenant_table);
    execute format('create policy own_tenant on %s to chatbot_app using (%I = (select current_tenant())) '
                   'with check (%I = (select current_tenant()))', tenant_table, tenant_column, tenant_column);
end $$;

-- Gives functions to the owner and takes the right to call them from PUBLIC; a grant beside each function says who
-- may. It takes names without arguments, because no function here is overloaded.
create or replace function own_functions(variadic names text[]) returns void
    language plpgsql as $$
declare name text;
begin
    foreach name in array names loop
        execute format('alter function %I owner to chatbot_owner', name);
        execute format('revoke execute on function %I from public', name);
    end loop;
end $$;

-- What went wrong, as a code of f/common/problems.py with the values of its sentence.
create or replace function problem(p_code text, p_values jsonb default '{}') returns jsonb
    language sql immutable
    return jsonb_build_object('code', p_code, 'values', p_values);

-- Whether this is a week of opening hours: {"mon": [["09:00", "14:00"], ["17:00", "20:00"]], …}. A business is closed
-- on a day that is absent. A span that ends at or before its begin ends on the next day.
create or replace function are_hours(p_hours jsonb) returns boolean
    language sql immutable
    return jsonb_typeof(p_hours) = 'object' and not exists (
        select from jsonb_each(case when jsonb_typeof(p_hours) = 'object' then p_hours else '{}' end) d
        where d.key not in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun') or jsonb_typeof(d.value) <> 'array'
            or exists (
            select from jsonb_array_elements(case when jsonb_typeof(d.value) = 'array' then d.value else '[]' end) span
            where jsonb_typeof(span) <> 'array' or jsonb_array_length(span) <> 2
               or (span ->> 0) !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'
                   or (span ->> 1) !~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'));

-- Words as keys of one tenant, for the index of chunks: each posting list then holds one tenant's chunks, however
-- many other tenants use the same word.
create or replace function tenant_keys(p_tenant uuid, p_lexemes text[]) returns text[]
    language sql immutable parallel safe as $$
    select array_agg(left(p_tenant::text, 13) || left(lexeme, 200)) from unnest(p_lexemes) lexeme
$$;

-- Makes the index for a model's vectors. Call it once for each row of embedding_models. Above 2,000 dimensions an
-- index needs half precision. With pgvector's own ef_construction, 64, a search in a large graph could not reach
-- whole clusters of a tenant's vectors, however widely it looked; with 200 it missed none (bench/README.md).
create or replace function index_embedding_model(p_model smallint) returns void
    language plpgsql set search_path = public, pg_temp as $$
declare
    model embedding_models;
    kind text;
begin
    select * into strict model from embedding_models where id = p_model;
    kind := case when model.dimensions > 2000 then 'halfvec' else 'vector' end;
    execute format('create index %I on chunk_embeddings using hnsw ((embedding::%s(%s)) %s_cosine_ops) '
                   'with (ef_construction = 200) where model_id = %s',
                   'chunk_embeddings_model_' || model.id, kind, model.dimensions, kind, model.id);
end $$;
select own_functions('index_embedding_model');

-- A phone number as one person's key. WhatsApp, phones' address books and former messages write some numbers in two
-- forms, with and without a digit that marks a mobile: Brazil's ninth digit, Mexico's 1, Argentina's 9 and, behind the
-- area code, 15, since 2021 the Ivory Coast's operator and since November 2024 Benin's 01; and some keep a 0 that is
-- only dialled at home, in countries where no number begins with it. libphonenumber counts most of these as different
-- numbers, so the rules stand here. What is no number, such as a user id, stays as it is.
create or replace function phone_key(p_phone text) returns text
    language sql immutable parallel safe
    return (select case
        when n ~ '^55[1-9][1-9]9[6-9]\d{7}$' then left(n, 4) || substr(n, 6)
        when n ~ '^521\d{10}$' then '52' || substr(n, 4)
        when n ~ '^549\d{10}$' then '54' || substr(n, 4)
        when n ~ '^541115\d{8}$' then left(n, 4) || substr(n, 7)
        when n ~ ('^54(220|221|223|23[067]|249|26[01346]|280|29[1-9]|299|336|34[1-8]|35[138]|36[24]|37[069]|38[0-8])'
                  '15\d{7}$')
            then left(n, 5) || substr(n, 8)
        when n ~ '^54[23]\d{3}15\d{6}$' then left(n, 6) || substr(n, 9)
        when n ~ '^225(01[0-9][1-3]|05[0-9][4-6]|07[0-9][7-9])\d{6}$' then '225' || substr(n, 6)
        when n ~ '^22901\d{8}$' then '229' || substr(n, 6)
        when n ~ '^(20|27|31|32|33|40|41|43|44|46|49|51|54|55|58|6[0-4]|66|81|82|84|86|9[0-5]|98)0[1-9]\d{6,}$'
            then left(n, 2) || substr(n, 4)
        else n end
    from (select case when p_phone ~ '^[+0-9][0-9 ().-]*$'
                     then regexp_replace(regexp_replace(p_phone, '\(0\)|\D', '', 'g'), '^00', '')
                     else p_phone end) as phone(n));
select own_functions('phone_key');
grant execute on function phone_key to chatbot_app;
