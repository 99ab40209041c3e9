-- What Meta charges: noted as statuses say it, and counted once, when the message is delivered.

-- The market of Meta's rate card that a phone number is in.
create or replace function meta_market(p_phone text) returns text
    language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select market from meta_markets
                     where calling_code in (left(digits, 4), left(digits, 3), left(digits, 2), left(digits, 1))
                     order by length(calling_code) desc limit 1), 'Other')
    from (select regexp_replace(coalesce(p_phone, ''), '\D', '', 'g')) phone(digits)
$$;
select own_functions('meta_market');

-- US dollars for one message; null: no rate is known.
create or replace function meta_rate(p_market text, p_category text, p_on date) returns numeric
    language sql stable security definer set search_path = public, pg_temp as $$
    select usd from meta_rates
        where market = p_market and category in (p_category, case p_category when 'service' then 'utility' end)
            and since <= p_on
        order by own desc, category = p_category desc, since desc limit 1
$$;
select own_functions('meta_rate');
grant execute on function meta_market, meta_rate to chatbot_app;

-- How many free-form replies a month each number may send without charge.
create or replace function free_replies() returns int
    language sql immutable parallel safe
    return 1000;
select own_functions('free_replies');
grant execute on function free_replies to chatbot_app;

-- Notes what one status says of a message's price. Statuses come in any order, some never, and only some name a price:
-- the message is counted as soon as one has said that it arrived and one what it is charged as. `p_at`: null for the
-- status's own time.
create or replace function note_charge(p_phone_number_id text, p_status jsonb, p_at timestamptz default null)
    returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    pricing jsonb := p_status -> 'pricing';
    arrived bool := p_status ->> 'status' in ('delivered', 'read', 'played');
    c message_charges;
begin
    if said(p_status -> 'id') is null or not (arrived or said(pricing -> 'category') is not null) then
        return;
    end if;
    insert into message_charges as m (message_id, tenant_id, phone_number_id, market, category, type, billable,
                                      delivered_at)
        select said(p_status -> 'id'), tenant_id, phone_number_id, meta_market(p_status ->> 'recipient_id'),
               said(pricing -> 'category'), coalesce(said(pricing -> 'type'), 'unknown'),
               pricing -> 'billable' = 'true', case when arrived then coalesce(p_at, written_at(p_status)) end
        from chatbots where phone_number_id = p_phone_number_id
        on conflict (message_id) do update set
            category = coalesce(excluded.category, m.category),
            type = case when excluded.category is null then m.type else excluded.type end,
            billable = coalesce(excluded.billable, m.billable),
            delivered_at = coalesce(m.delivered_at, excluded.delivered_at)
            where not m.counted
        returning * into c;
    if c.category is not null and c.delivered_at is not null then
        perform count_charge(c);
    end if;
end $$;
select own_functions('note_charge');

-- Adds a delivered message to the sums, at the rate of its day.
create or replace function count_charge(p_charge message_charges) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c message_charges := p_charge;
    on_day date := c.delivered_at at time zone 'utc';
    price numeric := case when c.billable then meta_rate(c.market, c.category, on_day) end;
begin
    update message_charges set counted = true, usd = price where message_id = c.message_id returning * into c;
    perform record_service(c.tenant_id, c.phone_number_id, 'charge', service_key(c.phone_number_id, c.message_id),
                           c.delivered_at, charge_facts(c));
    insert into charge_months as m (tenant_id, phone_number_id, month, category, type, messages, billed, unpriced, usd)
        values (c.tenant_id, c.phone_number_id, date_trunc('month', on_day), c.category, c.type, 1,
                coalesce(c.billable, false)::int, (c.billable and price is null)::int, coalesce(price, 0))
        on conflict (tenant_id, phone_number_id, month, category, type) do update set
            messages = m.messages + 1, billed = m.billed + excluded.billed,
            unpriced = m.unpriced + excluded.unpriced, usd = m.usd + excluded.usd;
    if price > 0 then
        perform add_usage(c.tenant_id, 0, 0, 0, price, c.delivered_at);
        perform chart_cost(c.tenant_id, 0, price, c.phone_number_id, c.delivered_at);
    end if;
end $$;
select own_functions('count_charge');

-- A charge as the records of the statement have it.
create or replace function charge_facts(p_charge message_charges) returns jsonb
    language sql immutable
    return jsonb_strip_nulls(jsonb_build_object('category', p_charge.category, 'type', p_charge.type,
                                                'billable', p_charge.billable, 'usd', p_charge.usd));
select own_functions('charge_facts');

-- Tells once a month each that a number has sent 80 %, and all, of the replies that cost nothing.
create or replace function notify_free_replies() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    before int := case when tg_op = 'UPDATE' then old.messages else 0 end;
    number_name text := coalesce((select name from chatbots where phone_number_id = new.phone_number_id),
                                 new.phone_number_id);
    told record;
begin
    for told in
        select kind, level, title
        from (values ('free_replies_used', 'critical', free_replies(),
                      'All free WhatsApp replies of this month are used'),
                     ('free_replies_near', 'warning', free_replies() * 8 / 10,
                      '80 % of this month''s free WhatsApp replies are used')) k(kind, level, bound, title)
        where new.messages >= bound and before < bound
    loop
        perform notify(new.tenant_id, told.kind, told.level, told.title, new.phone_number_id || ' ' || new.month,
                       jsonb_build_object('number', number_name, 'bound', free_replies(), 'used', new.messages));
    end loop;
    return null;
end $$;
create or replace trigger notify_free_replies after insert or update of messages on charge_months
    for each row when (new.category = 'service' and new.type = 'free_customer_service')
        execute function notify_free_replies();
select own_functions('notify_free_replies');
