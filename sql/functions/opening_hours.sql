-- When a business is open, and what its chatbot does when it is closed: it answers as usual, or it says so and leaves
-- the message to a human. are_hours() says what opening hours look like.

-- Whether a business with these hours is open at that time.
create or replace function is_open(p_hours jsonb, p_zone text, p_closed_on date[], p_at timestamptz default now())
    returns boolean
    language sql stable
    return p_hours = '{}' or exists (
        select from (select (p_at at time zone p_zone)::date as today,
                     to_char(p_at at time zone p_zone, 'HH24:MI') as clock) here,
            lateral (values (today, false), (today - 1, true)) d(day, was_yesterday),
            lateral jsonb_array_elements(p_hours -> to_char(d.day, 'dy')) span
        where d.day <> all (p_closed_on)
          and case when (span ->> 1) > (span ->> 0) then not was_yesterday and clock >= (span ->> 0)
              and clock < (span ->> 1)
                   when was_yesterday then clock < (span ->> 1)
                   else clock >= (span ->> 0) end);

-- When a business opens next, within two weeks; null: it has no hours, or is closed that long.
create or replace function next_opening(p_hours jsonb, p_zone text, p_closed_on date[],
                                        p_at timestamptz default now()) returns timestamptz
    language sql stable as $$
    select min(o.at)
    from (select (p_at at time zone p_zone)::date + n as day from generate_series(0, 14) n) d,
         lateral jsonb_array_elements(p_hours -> to_char(d.day, 'dy')) span,
         lateral (select (d.day + (span ->> 0)::time) at time zone p_zone as at) o
    where d.day <> all (p_closed_on) and o.at > p_at
$$;
select own_functions('next_opening');

-- The same of the business whose chatbot this contact has last heard from.
create or replace function opens_for(p_contact uuid) returns timestamptz
    language sql stable as $$
    select next_opening(b.opening_hours, b.time_zone, b.closed_on)
    from conversation_logs l join chatbots b using (phone_number_id)
    where l.contact_id = p_contact order by l.id desc limit 1
$$;
select own_functions('opens_for');
grant execute on function next_opening, opens_for to chatbot_app;

-- Names the setting whose words answer a message that comes while the business is closed; null: the bot has said them
-- already in this night.
-- Either way a human is to answer: the conversation is marked, and the staff sees it among the notifications. The bot
-- is not paused, so it answers again when the business opens.
create or replace function closed_reply(p_bot chatbots, p_contact contacts) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform notify(p_bot.tenant_id, 'outside_hours', 'info', 'A customer wrote while you were closed',
                   p_contact.id::text,
                   jsonb_build_object('contact_id', p_contact.id, 'name', coalesce(p_contact.name, p_contact.username,
                       p_contact.phone)));
    if p_contact.closed_told_at > now() - interval '8 hours' then
        return null;
    end if;
    update contacts set closed_told_at = now() where id = p_contact.id;
    insert into handoffs (tenant_id, contact_id, source, reason, paused_until)
        values (p_bot.tenant_id, p_contact.id, 'hours', 'wrote outside opening hours', now());
    return 'closed_message';
end $$;
select own_functions('closed_reply');
