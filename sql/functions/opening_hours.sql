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

-- The words for a message that comes while the business is closed; null: the bot has said them already in this night.
-- Either way a human is to answer: the conversation is marked, and the staff sees it among the notifications. The bot
-- is not paused, so it answers again when the business opens.
create or replace function closed_words(p_bot chatbots, p_contact contacts) returns text
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
    return coalesce(p_bot.closed_message ->> p_contact.language, p_bot.closed_message ->> p_bot.languages[1],
                    (select value from jsonb_each_text(p_bot.closed_message) limit 1));
end $$;
select own_functions('closed_words');
