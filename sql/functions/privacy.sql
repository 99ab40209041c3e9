-- Forgetting: people on demand, words by age, and the data of jobs soon after they have ended.

-- Notes that jobs hold words of people, to be blanked after p_in at the latest.
create or replace function note_jobs(p_jobs uuid[], p_in interval, p_tenant uuid default current_tenant()) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into job_data as j (job_id, tenant_id, due_at)
        select distinct id, p_tenant, now() + p_in from unnest(p_jobs) id
        on conflict (job_id) do update set due_at = least(j.due_at, excluded.due_at),
            tenant_id = coalesce(j.tenant_id, excluded.tenant_id)
$$;
select own_functions('note_jobs');
grant execute on function note_jobs to chatbot_app;

-- Jobs that are due to be blanked. Nobody else gets them for five minutes.
create or replace function claim_jobs(p_limit int) returns setof uuid
    language sql security definer set search_path = public, pg_temp as $$
    update job_data set due_at = now() + interval '5 minutes'
        where job_id in (select job_id from job_data where due_at <= now() order by due_at limit p_limit
                         for update skip locked)
        returning job_id
$$;
select own_functions('claim_jobs');
grant execute on function claim_jobs to chatbot_app;

-- Whether a job of this tenant is noted.
create or replace function is_noted_job(p_job uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    return exists (select from job_data where job_id = p_job and tenant_id = current_tenant());
select own_functions('is_noted_job');
grant execute on function is_noted_job to chatbot_app;

-- These jobs hold nothing any more.
create or replace function forget_jobs(p_jobs uuid[]) returns void
    language sql security definer set search_path = public, pg_temp as $$
    delete from job_data where job_id = any (p_jobs)
$$;
select own_functions('forget_jobs');
grant execute on function forget_jobs to chatbot_app;

create or replace function message_digest(p_phone_number_id text, p_message_id text) returns bytea
    language sql immutable
    return sha256(convert_to(p_phone_number_id || '/' || p_message_id, 'UTF8'));
select own_functions('message_digest');
grant execute on function message_digest to chatbot_app;

-- Whether a message is of somebody who was forgotten. Then its row goes, and its run's data soon.
create or replace function drop_erased(p_phone_number_id text, p_message_id text, p_run uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from erased_messages where digest = message_digest(p_phone_number_id, p_message_id)) then
        return false;
    end if;
    delete from inbound_messages where phone_number_id = p_phone_number_id and message_id = p_message_id;
    perform record_gone(b.tenant_id, p_phone_number_id, 'message', service_key(p_phone_number_id, p_message_id))
        from chatbots b where b.phone_number_id = p_phone_number_id;
    if p_run is not null then
        perform note_jobs(array[p_run], '0', null);
    end if;
    return true;
end $$;
select own_functions('drop_erased');

-- Deletes all that is known of a person, and returns which jobs hold words of them, so that the caller can blank those,
-- too. It refuses while a turn is active, because its run would write the person down again. With a tenant set, it
-- knows that tenant's people only.
create or replace function erase_contact(p_contact uuid) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts;
    names text[];
    doomed text[];
    turn_ids uuid[];
    questions text[];
    gone jsonb;
    charges int;
begin
    select * into c from contacts where id = p_contact and tenant_id = coalesce(current_tenant(), tenant_id) for update;
    if not found then
        raise exception 'no contact %', p_contact using errcode = 'no_data_found';
    end if;
    if exists (select from turns where contact_id = p_contact and state = 'active') then
        raise exception 'a turn with this contact is active: try again when it is done' using errcode = 'object_in_use';
    end if;
    names := array_remove(array[c.phone, c.user_id]
                          || array(select alias from contact_aliases where contact_id = p_contact), null);
    select coalesce(array_agg(t.id), '{}'), coalesce(array_agg(t.question) filter (where t.question is not null), '{}')
        into turn_ids, questions from turns t where t.contact_id = p_contact;
    doomed := array(select o.message_id from outbound_messages o
                    where o.turn_id = any (turn_ids) and o.message_id is not null
                    union select f.message_id from failed_sends f
                    where f.turn_id = any (turn_ids) and f.message_id is not null
                    union select l.message_id from conversation_logs l
                    where l.contact_id = p_contact and l.direction = 'out' and l.message_id is not null);
    with bots as (select phone_number_id from chatbots where tenant_id = c.tenant_id),
    rows as (
        delete from inbound_messages i using bots b
        where i.phone_number_id = b.phone_number_id
          and (i.contact_id = p_contact or i.turn_id = any (turn_ids) or i.sender = any (names)
               or i.kind = 'status' and split_part(i.message_id, ':', 2) = any (doomed)
               or i.kind <> 'message' and (i.kind <> 'past' or i.state <> 'received') and exists (
                   select from unnest(names) n where position('"' || n || '"' in i.payload) > 0
                       or position('"+' || n || '"' in i.payload) > 0
                       or position('"' || n || '@' in i.payload) > 0))
        returning i.phone_number_id, i.message_id, i.dispatch_no, i.run_id, i.kind),
    files as (
        delete from media f using rows r where f.phone_number_id = r.phone_number_id and f.message_id = r.message_id),
    marks as (
        insert into erased_messages (digest)
            select message_digest(phone_number_id, message_id) from rows where kind = 'message'
            union select message_digest('', id) from unnest(doomed) id
            union select person_digest(c.tenant_id, n) from unnest(names) n
            on conflict do nothing),
    written as (
        select count(record_gone(c.tenant_id, phone_number_id, 'message', service_key(phone_number_id, message_id)))
        from rows where kind = 'message')
    select jsonb_build_object(
        'messages', coalesce(jsonb_agg(jsonb_build_object('phone_number_id', phone_number_id, 'message_id', message_id,
                                                          'dispatch_no', dispatch_no))
                             filter (where kind = 'message'), '[]'),
        'runs', coalesce(jsonb_agg(distinct run_id) filter (where run_id is not null), '[]'),
        -- What nobody asks for is not run: `written` is asked for its effect.
        'rows', count(*) + 0 * (select * from written)) into gone from rows;
    -- The questions that the portal asked again, word for word.
    with asked as (
        delete from portal_runs where tenant_id = c.tenant_id and question = any (questions) returning id)
    select gone || jsonb_build_object('turn_runs', coalesce((select jsonb_agg(distinct r.run_id) from (
        select run_id from turns where id = any (turn_ids) union select retry_run from outbound_messages
            where turn_id = any (turn_ids) and retry_run is not null
        union select id from asked) r), '[]')) into gone;
    delete from notifications n
        where n.tenant_id = c.tenant_id
          and (n.detail ->> 'contact_id' = p_contact::text or n.detail ->> 'turn_id' = any (turn_ids::text[])
               or n.subject = p_contact::text
               or exists (select from unnest(names) x where position(x in n.detail::text || n.subject || n.title) > 0));
    with doomed_charges as (  -- Meta's id of a message holds the person's number
        delete from message_charges where message_id = any (doomed) returning phone_number_id, message_id)
    select count(record_gone(c.tenant_id, phone_number_id, 'charge', service_key(phone_number_id, message_id)))
        into charges from doomed_charges;
    perform record_gone(c.tenant_id, phone_number_id, 'turn', id) from turns where id = any (turn_ids);
    delete from send_rates where tenant_id = c.tenant_id and name like 'pair % ' || p_contact;
    update audit_log set contact_id = null, subject = null, before = null, after = null where contact_id = p_contact;
    delete from delivered_orders where tenant_id = c.tenant_id and phone = any (names);
    delete from phone_book
        where tenant_id = c.tenant_id and phone in (select phone_key(n) from unnest(names) n);
    delete from contacts where id = p_contact;  -- turns, replies and the conversation go with it
    -- Whatever the portal or an operator looked at lately may show the person.
    return gone || jsonb_build_object('tenant_id', c.tenant_id, 'jobs', (
        select coalesce(jsonb_agg(job_id), '[]') from job_data where tenant_id = c.tenant_id or tenant_id is null));
end $$;
select own_functions('erase_contact');
grant execute on function erase_contact to chatbot_app;

-- All that is stored of a person of the current tenant, for that person; null: there is no such contact.
create or replace function person_data(p_contact uuid) returns jsonb
    language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_build_object(
        'contact', to_jsonb(c) - 'tenant_id',
        'former_numbers', (select coalesce(jsonb_agg(a.alias), '[]') from contact_aliases a where a.contact_id = c.id),
        'messages', (select coalesce(jsonb_agg(jsonb_build_object('at', l.created_at, 'direction', l.direction,
                                                                  'text', l.body, 'status', l.status,
                                                                  'sources', l.citations) order by l.id), '[]')
                     from conversation_logs l where l.contact_id = c.id),
        'past_messages', (select coalesce(jsonb_agg(jsonb_build_object('at', p.written_at, 'direction', p.direction,
                                                                       'text', p.body)
                                                    order by p.written_at, p.id), '[]')
                          from past_messages p where p.contact_id = c.id),
        'files', (select coalesce(jsonb_agg(jsonb_build_object('at', f.created_at, 'kind', f.kind, 'name', f.filename,
                                                               'type', f.mime_type, 'text', f.words,
                                                               'content_base64', encode(f.content, 'base64'))
                                            order by f.created_at), '[]')
                  from media f where f.contact_id = c.id),
        'files_sent', (select coalesce(jsonb_agg(jsonb_build_object('at', f.created_at, 'kind', f.kind,
                                                                    'name', f.filename, 'type', f.mime_type,
                                                                    'content_base64', encode(f.content, 'base64'))
                                                 order by f.created_at), '[]')
                       from staff_files f where f.contact_id = c.id),
        'reactions', (select coalesce(jsonb_agg(jsonb_build_object('at', r.reacted_at, 'emoji', r.emoji)
                                                order by r.reacted_at), '[]')
                      from reactions r where r.contact_id = c.id and r.emoji is not null),
        'ratings', (select coalesce(jsonb_agg(jsonb_build_object('asked_at', q.asked_at, 'score', q.score,
                                                                 'rated_at', q.rated_at) order by q.asked_at), '[]')
                    from ratings q where q.contact_id = c.id),
        'marks', (select coalesce(jsonb_agg(jsonb_build_object('at', k.marked_at, 'verdict', k.verdict,
                                                               'reason', k.reason) order by k.marked_at), '[]')
                  from answer_marks k join turns t on t.id = k.turn_id where t.contact_id = c.id),
        'tests', (select coalesce(jsonb_agg(jsonb_build_object('at', b.created_at, 'before', b.history,
                                                               'question', b.question) order by b.created_at), '[]')
                  from bot_cases b where b.contact_id = c.id),
        'replays', (select coalesce(jsonb_agg(jsonb_build_object('at', r.ended_at, 'question', t.question,
                                                                 'would_say', r.answer -> 'said')
                                              order by r.ended_at), '[]')
                    from replay_results r join turns t on t.id = r.turn_id
                    where t.contact_id = c.id and r.answer is not null),
        'notes', (select coalesce(jsonb_agg(jsonb_build_object('at', n.created_at, 'author', n.author, 'text', n.body)
                                            order by n.id), '[]')
                  from contact_notes n where n.contact_id = c.id),
        'approvals', (select coalesce(jsonb_agg(jsonb_build_object('at', a.created_at, 'tool', a.tool,
                                                                   'arguments', a.arguments, 'state', a.state,
                                                                   'result', a.result, 'outcome', a.outcome)
                                                order by a.created_at), '[]')
                      from tool_approvals a where a.contact_id = c.id),
        'appointments', (select coalesce(jsonb_agg(appointment_words(a) order by a.starts_at), '[]') from appointments a
                         where a.contact_id = c.id),
        'returns', contact_returns(c.id),
        'handoffs', (select coalesce(jsonb_agg(jsonb_build_object('at', h.created_at, 'source', h.source,
                                                                  'reason', h.reason) order by h.created_at), '[]')
                     from handoffs h where h.contact_id = c.id))
    from contacts c where c.id = p_contact and c.tenant_id = current_tenant()
$$;
select own_functions('person_data');
grant execute on function person_data to chatbot_app;

-- A limit of a plan in days as an interval; null: there is none.
create or replace function retention(p_limits jsonb, p_name text) returns interval
    language sql immutable
    return case when jsonb_typeof(p_limits -> p_name) = 'number' then interval '1 day' * (p_limits ->> p_name)::float8
           end;
select own_functions('retention');

-- A tenant whose plan limits how long words, files, traces or jobs are kept (tenants.limits: keep_words_days,
-- keep_media_days, keep_traces_days, keep_jobs_days), each once an hour, with the messages whose jobs have become too
-- old since: {tenant_id, messages, runs, turn_runs}. Null: nobody is due.
create or replace function claim_expiry() returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t tenants;
    keep interval;
begin
    select * into t from tenants
        where (expired_at is null or expired_at < now() - interval '1 hour')
          and limits ?| array['keep_words_days', 'keep_media_days', 'keep_traces_days', 'keep_jobs_days']
        order by expired_at nulls first limit 1 for update skip locked;
    if not found then
        return null;
    end if;
    keep := retention(t.limits, 'keep_jobs_days');
    return (
        with old as (
            select i.phone_number_id, i.message_id, i.dispatch_no, i.run_id from inbound_messages i
            join chatbots b using (phone_number_id)
            where b.tenant_id = t.id and i.kind = 'message' and i.received_at < now() - keep
              and i.received_at > coalesce(t.expired_at, now() - interval '60 days') - keep - interval '1 hour')
        select jsonb_build_object('tenant_id', t.id,
            'messages', coalesce((select jsonb_agg(to_jsonb(o) - 'run_id') from old o), '[]'),
            'runs', coalesce((select jsonb_agg(o.run_id) from old o where o.run_id is not null), '[]'),
            'turn_runs', '[]'::jsonb));
end $$;
select own_functions('claim_expiry');
grant execute on function claim_expiry to chatbot_app;

-- Takes out what this tenant's plan does not keep so long. Counts, costs and outcomes stay. How many rows it touched.
create or replace function expire_data(p_tenant uuid) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    plan jsonb := (select limits from tenants where id = p_tenant);
    old timestamptz := now() - retention(plan, 'keep_words_days');
    whole int;  -- the oldest version of the Q&A pairs that stays
    touched int := 0;
    n int;
begin
    update tenants set expired_at = now() where id = p_tenant;
    delete from conversation_logs where tenant_id = p_tenant and created_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from past_messages where tenant_id = p_tenant and written_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    update outbound_messages o set content = '{"type": "expired"}' from turns t
        where t.id = o.turn_id and t.tenant_id = p_tenant and t.closed_at < old and o.content ->> 'type' <> 'expired';
    get diagnostics n = row_count;
    touched := touched + n;
    delete from question_vectors q using turns t
        where t.id = q.turn_id and t.tenant_id = p_tenant and t.closed_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    update turns set question = null, error = null
        where tenant_id = p_tenant and closed_at < old and (question is not null or error is not null);
    get diagnostics n = row_count;
    touched := touched + n;
    update handoffs set reason = null, notified = null
        where tenant_id = p_tenant and created_at < old and (reason is not null or notified is not null);
    get diagnostics n = row_count;
    touched := touched + n;
    update inbound_messages i set payload = '{}' from chatbots b
        where b.phone_number_id = i.phone_number_id and b.tenant_id = p_tenant and i.received_at < old
          and i.state in ('answered', 'ended', 'dead') and i.payload <> '{}';
    get diagnostics n = row_count;
    touched := touched + n;
    -- Of the Q&A pairs what is live no more, and the versions that could not be restored whole without it.
    whole := (select max(number) from qa_pair_versions where tenant_id = p_tenant and published_at < old);
    delete from qa_pair_history where tenant_id = p_tenant and until <= whole;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from qa_pair_versions where tenant_id = p_tenant and number < whole;
    update returns set reason = null where tenant_id = p_tenant and opened_at < old and reason is not null;
    get diagnostics n = row_count;
    touched := touched + n;
    -- Who decided what stays in the audit log, without the arguments.
    delete from tool_approvals where tenant_id = p_tenant and created_at < old and expires_at < now();
    get diagnostics n = row_count;
    touched := touched + n;
    delete from notifications where tenant_id = p_tenant and detail ? 'contact_id' and updated_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from portal_runs where tenant_id = p_tenant and created_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from answer_marks k using turns t where t.id = k.turn_id and t.tenant_id = p_tenant and t.closed_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from reactions where tenant_id = p_tenant and reacted_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    with charges as (delete from message_charges where tenant_id = p_tenant and delivered_at < old
                     returning phone_number_id),
    written as (select record_expiry(p_tenant, phone_number_id, 'charge', old) from charges group by phone_number_id)
    select (select count(*) from charges) + 0 * (select count(*) from written) into n;  -- the second for its effect
    touched := touched + n;
    delete from bot_cases where tenant_id = p_tenant and contact_id is not null and created_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from replay_results r using turns t where t.id = r.turn_id and t.tenant_id = p_tenant and t.closed_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from contact_notes where tenant_id = p_tenant and created_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from staff_files where tenant_id = p_tenant and created_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    update media set words = null, filename = null where tenant_id = p_tenant and created_at < old
        and (words is not null or filename is not null);
    get diagnostics n = row_count;
    touched := touched + n;
    update media set content = null, words = null, filename = null
        where tenant_id = p_tenant and created_at < now() - retention(plan, 'keep_media_days')
          and (content is not null or words is not null or filename is not null);
    get diagnostics n = row_count;
    touched := touched + n;
    update staff_files set content = null
        where tenant_id = p_tenant and created_at < now() - retention(plan, 'keep_media_days') and content is not null;
    get diagnostics n = row_count;
    touched := touched + n;
    old := now() - retention(plan, 'keep_traces_days');
    update turns set trace = null where tenant_id = p_tenant and closed_at < old and trace is not null;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from tool_calls where tenant_id = p_tenant and made_at < old;
    get diagnostics n = row_count;
    touched := touched + n;
    delete from erased_messages where erased_at < now() - interval '31 days';
    return touched;
end $$;
select own_functions('expire_data');
grant execute on function expire_data to chatbot_app;
