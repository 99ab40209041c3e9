-- The appointment book. Each function is for one contact of the current tenant and changes nothing of anybody else's.
-- Those that change something hold the calendar's row, so they are one after the other, and answer in jsonb: the
-- appointment, or {"refused": why}: no_calendar | closed | taken | too_soon | too_late | too_many | not_found | which.

-- The times of a day at which an appointment can begin, taken or not.
create or replace function appointment_times(p_calendar appointment_calendars, p_day date) returns setof timestamptz
    language sql stable as $$
    select s at time zone p_calendar.time_zone
    from jsonb_array_elements(p_calendar.hours -> to_char(p_day, 'dy')) span,
        lateral generate_series(p_day + (span ->> 0)::time,
                                p_day + (span ->> 1)::time - make_interval(mins => p_calendar.slot_minutes),
                                make_interval(mins => p_calendar.slot_minutes)) s
    order by 1
$$;
select own_functions('appointment_times');

-- Whether an appointment of that calendar is in the way. p_but: one that is being moved, and is not.
create or replace function appointment_taken(p_calendar appointment_calendars, p_at timestamptz,
    p_but uuid default null) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (
        select from appointments a
        where a.tenant_id = p_calendar.tenant_id and a.calendar = p_calendar.name and a.cancelled_at is null
          and a.starts_at < p_at + make_interval(mins => p_calendar.slot_minutes) and a.ends_at > p_at
          and a.id is distinct from p_but);
select own_functions('appointment_taken');

-- The free times from a day on, of as many days as have some, at most p_days: {"day", "weekday", "times"} each.
create or replace function free_appointments(p_calendar text, p_from date, p_days int)
    returns table (day text, weekday text, times text[])
    language sql stable security definer set search_path = public, pg_temp as $$
    select d::date::text, to_char(d, 'FMDay'), array_agg(to_char(t at time zone c.time_zone, 'HH24:MI') order by t)
    from appointment_calendars c,
        lateral (select (now() at time zone c.time_zone)::date as today) here,
        lateral generate_series(greatest(p_from, here.today)::timestamp, here.today + c.horizon_days,
                                interval '1 day') d,
        lateral appointment_times(c, d::date) t
    where c.tenant_id = current_tenant() and c.name = p_calendar and t > now() + c.notice
      and not appointment_taken(c, t)
    group by d order by d limit least(p_days, 31)
$$;
select own_functions('free_appointments');
grant execute on function free_appointments to chatbot_app;

-- An appointment as its customer hears of it.
create or replace function appointment_words(p_appointment appointments) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'appointment', 'A-' || p_appointment.number, 'what', c.title,
        'when', to_char(p_appointment.starts_at at time zone c.time_zone, 'FMDay FMDD FMMonth YYYY, HH24:MI'),
        'day', to_char(p_appointment.starts_at at time zone c.time_zone, 'YYYY-MM-DD'),
        'time', to_char(p_appointment.starts_at at time zone c.time_zone, 'HH24:MI'),
        'state', case when p_appointment.cancelled_at is null then 'booked' else 'cancelled' end)
    from appointment_calendars c where c.tenant_id = p_appointment.tenant_id and c.name = p_appointment.calendar
$$;
select own_functions('appointment_words');

-- The appointments of a contact that are still to come.
create or replace function contact_appointments(p_contact uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return (select coalesce(jsonb_agg(appointment_words(a) order by a.starts_at), '[]') from appointments a
            where a.tenant_id = current_tenant() and a.contact_id = p_contact and a.cancelled_at is null
              and a.ends_at > now());
select own_functions('contact_appointments');
grant execute on function contact_appointments to chatbot_app;

-- Why nobody can have this time; null: it is free.
create or replace function refuse_time(p_calendar appointment_calendars, p_at timestamptz, p_but uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return case
        when p_at <= now() + p_calendar.notice then '{"refused": "too_soon"}'::jsonb
        when p_at > now() + make_interval(days => p_calendar.horizon_days) then '{"refused": "too_late"}'
        when not exists (select from appointment_times(p_calendar, (p_at at time zone p_calendar.time_zone)::date) t
                         where t = p_at) then '{"refused": "closed"}'
        when appointment_taken(p_calendar, p_at, p_but) then '{"refused": "taken"}'
    end;
select own_functions('refuse_time');

-- What the job did when it ran before; null: it has not. The caller holds the calendar.
create or replace function appointment_job(p_job uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return (select result from appointment_jobs where job_id = p_job and tenant_id = current_tenant());
select own_functions('appointment_job');

create or replace function book_appointment(p_contact uuid, p_calendar text, p_day date, p_time time, p_job uuid)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c appointment_calendars;
    a appointments;
    at timestamptz;
    result jsonb;
begin
    select * into c from appointment_calendars where tenant_id = current_tenant() and name = p_calendar for update;
    if not found then
        return '{"refused": "no_calendar"}';
    end if;
    if not exists (select from contacts where id = p_contact and tenant_id = c.tenant_id) then
        return '{"refused": "not_found"}';
    end if;
    result := appointment_job(p_job);
    if result is not null then
        return result;
    end if;
    at := (p_day + p_time) at time zone c.time_zone;
    result := refuse_time(c, at, null);
    if result is null and jsonb_array_length(contact_appointments(p_contact)) >= c.most_at_once then
        result := '{"refused": "too_many"}';
    end if;
    if result is null then
        perform pg_advisory_xact_lock(hashtextextended('appointments ' || c.tenant_id, 0));  -- numbers, one by one
        insert into appointments (tenant_id, number, calendar, contact_id, starts_at, ends_at)
            select c.tenant_id, coalesce(max(o.number), 1000) + 1, c.name, p_contact, at,
                   at + make_interval(mins => c.slot_minutes)
            from appointments o where o.tenant_id = c.tenant_id returning * into a;
        result := appointment_words(a);
        insert into appointment_jobs (job_id, tenant_id, contact_id, result)
            values (p_job, c.tenant_id, p_contact, result);
    end if;
    return result;
end $$;
select own_functions('book_appointment');
grant execute on function book_appointment to chatbot_app;

-- Moves an appointment of the contact, or cancels it where p_day is null. p_number: null where there is only one.
create or replace function change_appointment(p_contact uuid, p_number int, p_day date, p_time time, p_job uuid)
    returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c appointment_calendars;
    a appointments;
    at timestamptz;
    found_ids uuid[] := array(
        select id from appointments
        where tenant_id = current_tenant() and contact_id = p_contact and cancelled_at is null and ends_at > now()
          and number = coalesce(p_number, number));
    result jsonb := appointment_job(p_job);
begin
    if result is not null then
        return result;
    elsif cardinality(found_ids) <> 1 then
        return jsonb_build_object('refused', case cardinality(found_ids) when 0 then 'not_found' else 'which' end);
    end if;
    select * into a from appointments where id = found_ids[1];
    select * into c from appointment_calendars where tenant_id = a.tenant_id and name = a.calendar for update;
    select * into a from appointments where id = found_ids[1];
    result := appointment_job(p_job);
    if result is not null then
        return result;
    elsif a.cancelled_at is not null then
        return '{"refused": "not_found"}';
    end if;
    if p_day is null then
        update appointments set cancelled_at = now() where id = a.id returning * into a;
    else
        at := (p_day + p_time) at time zone c.time_zone;
        result := refuse_time(c, at, a.id);
        if result is not null then
            return result;
        end if;
        update appointments set starts_at = at, ends_at = at + make_interval(mins => c.slot_minutes)
            where id = a.id returning * into a;
    end if;
    result := appointment_words(a);
    insert into appointment_jobs (job_id, tenant_id, contact_id, result) values (p_job, a.tenant_id, p_contact, result);
    return result;
end $$;
select own_functions('change_appointment');
grant execute on function change_appointment to chatbot_app;
