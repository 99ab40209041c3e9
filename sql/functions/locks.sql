-- Locks that several functions share.
--
-- Everything that locks rows of one conversation locks them in one order, so that nothing deadlocks: the contact,
-- then its inbox rows, then its turn, then the outbox.
--
-- An advisory lock has a number and a key. Each number stands here once; every caller uses the function's name. All
-- of them last until the transaction ends. apply.py and local/runner take locks of their own.

-- Locks a turn's contact, for a caller that knows only the turn's id. When the contact was merged into another one
-- meanwhile, it locks that one.
create or replace function lock_contact_of(p_turn uuid) returns void
    language plpgsql as $$
declare
    person uuid;
begin
    loop
        select contact_id into person from turns where id = p_turn;
        perform 1 from contacts where id = person for update;
        exit when found or person is null;
    end loop;
end $$;
select own_functions('lock_contact_of');
grant execute on function lock_contact_of to chatbot_app;

-- Locks all people that these names belong to, phones as bare_phone() has them and user ids, in the order of the
-- people's ids. It begins again when a name belongs to somebody else by the time the lock is there.
create or replace function lock_people(p_tenant uuid, variadic p_names text[]) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    people uuid[];
begin
    loop
        people := array(select distinct known_as(p_tenant, n) as id from unnest(p_names) n order by id);
        perform 1 from contacts where id = any (people) order by id for update;
        exit when people = array(select distinct known_as(p_tenant, n) as id from unnest(p_names) n order by id);
    end loop;
end $$;
select own_functions('lock_people');

-- A tenant's publications, one at a time: whatever replaces or deletes documents takes it before the
-- documents. A publication locks the new version first and then the old ones; a scan meets them the other way round.
create or replace function lock_publications(p_tenant uuid) returns void
    language sql as $$ select pg_advisory_xact_lock(7202612, hashtext(p_tenant::text)) $$;
select own_functions('lock_publications');
grant execute on function lock_publications to chatbot_app;

-- A tenant's admissions, one at a time: two uploads of one file, or two readings that meet the same words,
-- store it once.
create or replace function lock_admissions(p_tenant uuid) returns void
    language sql as $$ select pg_advisory_xact_lock(7202613, hashtext(p_tenant::text)) $$;
select own_functions('lock_admissions');
grant execute on function lock_admissions to chatbot_app;

-- The writing of a tenant's questions and answers into their document, one at a time. Take it before
-- lock_publications().
create or replace function lock_answers(p_tenant uuid) returns void
    language sql as $$ select pg_advisory_xact_lock(7202614, hashtext(p_tenant::text)) $$;
select own_functions('lock_answers');
grant execute on function lock_answers to chatbot_app;

-- The adding of a tenant's web sources, one at a time, so that the plan's limit holds.
create or replace function lock_sources(p_tenant uuid) returns void
    language sql as $$ select pg_advisory_xact_lock(7202615, hashtext(p_tenant::text)) $$;
select own_functions('lock_sources');
grant execute on function lock_sources to chatbot_app;

-- The claims of messages for runs, one at a time, so that two claimers don't fill the same room.
create or replace function lock_claims() returns void
    language sql as $$ select pg_advisory_xact_lock(7202616) $$;
select own_functions('lock_claims');

-- Only one caller applies statuses and echoes. False: somebody else does already.
create or replace function try_lock_events() returns boolean
    language sql as $$ select pg_try_advisory_xact_lock(7202611006) $$;
select own_functions('try_lock_events');
