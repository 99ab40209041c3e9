-- The returns desk. Each function is for one contact of the current tenant: an order of somebody else is not found.

-- A contact's order with how it may go back: {"order", "items", "returnable", "until", "already"}, or {"refused"}:
-- not_found. `returnable`: what has not gone back yet, nothing once the time is over.
create or replace function returnable_order(p_contact uuid, p_order text) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce((
        select jsonb_build_object(
            'order', o.order_id, 'items', o.items, 'until', (o.delivered_on + o.return_days)::text,
            'in_time', current_date <= o.delivered_on + o.return_days,
            'returnable', case when current_date <= o.delivered_on + o.return_days
                          then array(select i from unnest(o.items) i where i <> all (gone.items)) else '{}' end,
            'already', gone.items)
        from delivered_orders o join contacts c on c.id = p_contact and c.tenant_id = o.tenant_id
            and phone_key(c.phone) = phone_key(o.phone),
            lateral (select coalesce(array_agg(i), '{}') as items from returns r, unnest(r.items) i
                     where r.tenant_id = o.tenant_id and r.order_id = o.order_id and r.state <> 'refused') gone
        where o.tenant_id = current_tenant() and upper(o.order_id) = upper(ltrim(p_order, '#'))),
        '{"refused": "not_found"}');
select own_functions('returnable_order');
grant execute on function returnable_order to chatbot_app;

-- Returns of a contact, newest first: {"return", "order", "items", "state", "opened"} each.
create or replace function contact_returns(p_contact uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return (select coalesce(jsonb_agg(jsonb_build_object(
                'return', 'R-' || r.number, 'order', r.order_id, 'items', r.items, 'state', r.state,
                'opened', r.opened_at::date::text) order by r.number desc), '[]')
            from returns r where r.tenant_id = current_tenant() and r.contact_id = p_contact);
select own_functions('contact_returns');
grant execute on function contact_returns to chatbot_app;

-- Opens a return of some of an order's items; no item: all that may go back. {"return", …} as above, or {"refused"}:
-- not_found | too_late | nothing_left | not_in_order.
create or replace function open_return(p_contact uuid, p_order text, p_items text[], p_reason text, p_job uuid)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    found_order jsonb := returnable_order(p_contact, p_order);
    chosen text[];
    made returns;
begin
    -- The order is held, so no item goes back twice.
    perform 1 from delivered_orders
        where tenant_id = current_tenant() and order_id = found_order ->> 'order' for update;
    select * into made from returns where job_id = p_job and tenant_id = current_tenant();
    if not found then
        found_order := returnable_order(p_contact, p_order);
        if found_order ? 'refused' then
            return found_order;
        elsif not (found_order ->> 'in_time')::boolean then
            return '{"refused": "too_late"}';
        end if;
        chosen := array(select i from jsonb_array_elements_text(found_order -> 'returnable') i
                        where coalesce(cardinality(p_items), 0) = 0
                           or lower(i) in (select lower(trim(w)) from unnest(p_items) w));
        if found_order -> 'returnable' = '[]' then
            return '{"refused": "nothing_left"}';
        elsif cardinality(chosen) = 0 or cardinality(chosen) < coalesce(cardinality(p_items), 0) then
            return '{"refused": "not_in_order"}';
        end if;
        perform pg_advisory_xact_lock(hashtextextended('returns ' || current_tenant(), 0));  -- numbers, one by one
        insert into returns (tenant_id, number, order_id, contact_id, items, reason, job_id)
            select current_tenant(), coalesce(max(r.number), 500) + 1, found_order ->> 'order', p_contact, chosen,
                   left(nullif(trim(p_reason), ''), 500), p_job
            from returns r where r.tenant_id = current_tenant() returning * into made;
    end if;
    return jsonb_build_object('return', 'R-' || made.number, 'order', made.order_id, 'items', made.items,
                              'state', made.state, 'opened', made.opened_at::date::text);
end $$;
select own_functions('open_return');
grant execute on function open_return to chatbot_app;
