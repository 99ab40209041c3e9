-- The draft of the Q&A pairs: it is filled, published, taken back, and made of an earlier version. What changes
-- something here is called after lock_answers().

-- The pairs of the current tenant as they are live (''), with the draft ('draft'), or in the version of this number.
create or replace function pairs_at(p_version text) returns table (id uuid, question text, answer text)
    language sql stable as $$
    select q.id, q.question, q.answer from qa_pairs q where p_version = '' and q.tenant_id = current_tenant()
    union all
    select d.id, d.question, d.answer from drafted_pairs() d where p_version = 'draft'
    union all
    select h.pair_id, h.question, h.answer from qa_pair_history h
    where h.tenant_id = current_tenant()
      and case when p_version ~ '^\d+$' then h.since <= p_version::int and coalesce(h.until > p_version::int, true)
               else false end
$$;
select own_functions('pairs_at');
grant execute on function pairs_at to chatbot_app;

-- The pairs in which two versions differ: what each says, null where it has no such pair.
create or replace function pairs_between(p_one text, p_other text)
    returns table (id uuid, one jsonb, other jsonb)
    language sql stable as $$
    select coalesce(a.id, b.id),
           case when a.id is not null then jsonb_build_object('question', a.question, 'answer', a.answer) end,
           case when b.id is not null then jsonb_build_object('question', b.question, 'answer', b.answer) end
    from pairs_at(p_one) a full join pairs_at(p_other) b on b.id = a.id
    where (a.question, a.answer) is distinct from (b.question, b.answer)
    order by lower(coalesce(a.question, b.question)), 1
$$;
select own_functions('pairs_between');
grant execute on function pairs_between to chatbot_app;

-- Puts questions with answers into the draft, [{question, answer}]; one that is there already gets the new answer. Of
-- two with the same question the last one counts.
create or replace function draft_pairs(p_pairs jsonb, p_by text, out added int, out changed int)
    language sql as $$
    with given as (
        select distinct on (lower(g.value ->> 'question')) g.value ->> 'question' as question,
               g.value ->> 'answer' as answer
        from jsonb_array_elements(p_pairs) with ordinality g(value, place)
        order by lower(g.value ->> 'question'), g.place desc),
    found as materialized (
        select s.id as there, coalesce(s.question, g.question) as question, g.answer
        from given g left join drafted_pairs() s on md5(lower(s.question)) = md5(lower(g.question))
        where s.answer is distinct from g.answer),
    stored as (
        insert into qa_pair_drafts (tenant_id, pair_id, question, answer, person)
            select current_tenant(), coalesce(f.there, gen_random_uuid()), f.question, f.answer, p_by from found f
            on conflict (tenant_id, pair_id) do update set question = excluded.question, answer = excluded.answer,
                person = excluded.person, changed_at = clock_timestamp())
    select (count(*) filter (where there is null))::int, (count(*) filter (where there is not null))::int from found
$$;
select own_functions('draft_pairs');
grant execute on function draft_pairs to chatbot_app;

-- Who has changed the draft or the pairs last: {person}.
create or replace function last_pairs_change() returns jsonb
    language sql stable
    return jsonb_build_object('person', coalesce((
        select c.person from (
            select d.person, d.changed_at as at from qa_pair_drafts d where d.tenant_id = current_tenant()
            union all
            select a.person, a.at from audit_log a where a.tenant_id = current_tenant() and a.action like 'qa_pairs.%'
        ) c order by c.at desc limit 1), '?'));
select own_functions('last_pairs_change');
grant execute on function last_pairs_change to chatbot_app;

-- Of each chatbot of the current tenant with cases the newest run that has asked exactly these drafted pairs, within
-- the last hour, since when nothing has changed: its state, 'untested' where there is none.
create or replace function pairs_tests() returns table (phone_number_id text, name text, run uuid, state text)
    language sql stable as $$
    select b.phone_number_id, b.name, r.id, coalesce(r.state, 'untested') from chatbots b
    left join lateral (
        select u.id, u.state from case_runs u
        where u.phone_number_id = b.phone_number_id and u.state <> 'cancelled'
          and u.draft = jsonb_build_object('qa_pairs', pairs_revision())
          and coalesce(u.ended_at, now()) > now() - interval '1 hour'
          and u.started_at >= coalesce((
              select max(d.updated_at) from documents d where d.tenant_id = b.tenant_id and d.origin = 'qa_draft'),
              '-infinity')  -- since when the whole list, with what is live, stands as it is
          and not exists (select from case_schedules s where s.phone_number_id = b.phone_number_id
                          and s.last_change_at > u.started_at)
        order by u.started_at desc limit 1) r on true
    where b.tenant_id = current_tenant()
      and exists (select from bot_cases c where c.phone_number_id = b.phone_number_id and c.enabled)
    order by b.created_at, b.phone_number_id
$$;
select own_functions('pairs_tests');
grant execute on function pairs_tests to chatbot_app;

-- The drafted pairs by their question, each with the marks of its passages, drafted and live: {question: [mark]}.
create or replace function drafted_marks() returns jsonb
    language sql stable as $$
    select coalesce(jsonb_object_agg(coalesce(d.question, q.question), array(
        select passage_mark(s.text) from staged_chunks s join documents o on o.id = s.document_id
        where o.tenant_id = d.tenant_id and o.state = 'drafted' and s.heading = d.question
        union
        select passage_mark(c.text) from chunks c join documents o on o.id = c.document_id
        where o.tenant_id = d.tenant_id and o.origin = 'qa_pairs' and c.heading = q.question)), '{}')
    from qa_pair_drafts d left join qa_pairs q on q.id = d.pair_id and q.tenant_id = d.tenant_id
    where d.tenant_id = current_tenant() and coalesce(d.question, q.question) is not null
$$;
select own_functions('drafted_marks');
grant execute on function drafted_marks to chatbot_app;

-- The problem with the drafted pairs where there are more than the plan allows, and more than there are live.
create or replace function too_many_pairs() returns jsonb
    language sql stable
    return case when (select count(*) from drafted_pairs()) > greatest(plan_limit('qa_pairs'), (
                    select count(*) from qa_pairs where tenant_id = current_tenant()))
                then problem('plan_questions', jsonb_build_object('most', plan_limit('qa_pairs'))) end;
select own_functions('too_many_pairs');
grant execute on function too_many_pairs to chatbot_app;

-- Makes the drafted pairs live as the next version, at once: {version, document, corrections: [{turn, answer}]}, the
-- last of those that answer an unanswered question. p_seen: the revision of the draft as the person
-- saw it; where it is another one, nothing is published, and the answer says who changed it: {person}. {}: nothing is
-- drafted. {state, error}: the drafted answers are not read yet, or could not be read. {tests}: a chatbot's cases have
-- not been asked, or one is red, and nobody says why it is published all the same (p_reason): as pairs_tests().
-- {refusal}: there are more pairs than the plan allows, or no room to read them.
create or replace function publish_pairs(p_note text, p_seen text, p_reason text, p_by text) returns jsonb
    language plpgsql as $$
declare
    doc documents;
    tests jsonb;
    overruled jsonb;
    corrections jsonb;
    number int;
    refused jsonb;
begin
    perform lock_publications(current_tenant());
    if pairs_revision() is distinct from p_seen then
        return last_pairs_change();
    elsif p_seen is null then
        return '{}';
    end if;
    select * into doc from documents d where d.tenant_id = current_tenant() and d.origin = 'qa_draft'
        and not exists (select from documents n where n.replaces = d.id) order by d.created_at desc limit 1 for update;
    refused := too_many_pairs();
    if refused is null and doc.id is null and exists (select from drafted_pairs()) then
        doc.state := 'received';  -- the document is lost, not the pairs
        refused := (select w.refusal from write_pairs('qa_draft', p_by) w);
    end if;
    if refused is not null then
        return jsonb_build_object('refusal', refused);
    elsif doc.state <> 'drafted' then
        return jsonb_build_object('state', doc.state, 'error', doc.error);
    end if;
    select jsonb_agg(to_jsonb(t)) into tests from pairs_tests() t where t.state <> 'green';
    if tests is not null and nullif(btrim(p_reason), '') is null then
        return jsonb_build_object('tests', tests);
    end if;
    if doc.id is null then  -- no pair is left
        delete from documents where tenant_id = current_tenant() and origin in ('qa_pairs', 'qa_draft');
    else
        update documents set origin = 'qa_pairs' where id = doc.id;
        if publish_document(doc.id) < 0 then  -- a passage has been corrected meanwhile: it is read once more
            update documents set origin = 'qa_draft', state = 'received', started_at = null where id = doc.id;
            return '{"state": "received"}';
        end if;
        delete from documents where tenant_id = current_tenant() and origin = 'qa_draft';
    end if;
    if tests is not null then
        overruled := jsonb_build_object('reason', btrim(p_reason), 'red', (
            select coalesce(jsonb_agg(c), '[]') from jsonb_array_elements(tests) t,
                unnest(overrule_cases((t ->> 'run')::uuid)) c where t ->> 'state' = 'red'));
    end if;
    delete from qa_pairs q using qa_pair_drafts d
        where q.tenant_id = current_tenant() and d.tenant_id = q.tenant_id
          and (d.pair_id = q.id and d.question is null
               or d.pair_id <> q.id and md5(lower(d.question)) = md5(lower(q.question)));
    insert into qa_pairs as q (id, tenant_id, question, answer, updated_by, created_at)
        select d.pair_id, d.tenant_id, d.question, d.answer, d.person, d.created_at from qa_pair_drafts d
        where d.tenant_id = current_tenant() and d.question is not null
        on conflict (id) do update set question = excluded.question, answer = excluded.answer,
            updated_by = excluded.updated_by, updated_at = clock_timestamp();
    select jsonb_agg(jsonb_build_object('turn', d.turn_id, 'answer', d.answer) order by d.created_at) into corrections
        from qa_pair_drafts d
        where d.tenant_id = current_tenant() and d.turn_id is not null and d.answer is not null;
    delete from qa_pair_drafts where tenant_id = current_tenant();
    number := make_pairs_version(p_note, p_by, overruled);
    update documents set pairs_version = number where id = doc.id;
    perform record_audit('qa_pairs.publish', null, null, jsonb_strip_nulls(jsonb_build_object('version', number,
        'note', p_note, 'reason', overruled ->> 'reason')));
    return jsonb_build_object('version', number, 'document', doc.id, 'corrections', coalesce(corrections, '[]'));
end $$;
select own_functions('publish_pairs');
grant execute on function publish_pairs to chatbot_app;

-- Takes the draft back, or what is drafted of one pair: {}. {person}: somebody has changed it since p_seen. {refusal}:
-- another pair is drafted with this one's question, or the rest does not fit the plan; then roll back.
create or replace function discard_pairs(p_seen text, p_pair uuid, p_by text) returns jsonb
    language plpgsql as $$
declare
    refused jsonb;
    gone int;
begin
    if pairs_revision() is distinct from p_seen then
        return last_pairs_change();
    end if;
    delete from qa_pair_drafts where tenant_id = current_tenant() and pair_id = coalesce(p_pair, pair_id);
    get diagnostics gone = row_count;
    if gone > 0 then
        perform record_audit('qa_pairs.discard', null, null, jsonb_build_object('pairs', gone));
    end if;
    if exists (select from qa_pairs q join qa_pair_drafts d on d.tenant_id = q.tenant_id and d.pair_id <> q.id
                   and md5(lower(d.question)) = md5(lower(q.question))
               where q.tenant_id = current_tenant() and q.id = p_pair) then
        return jsonb_build_object('refusal', problem('question_exists'));
    end if;
    refused := (select d.refusal from qa_draft_changed(p_by, true) d);
    return jsonb_strip_nulls(jsonb_build_object('refusal', refused));
end $$;
select own_functions('discard_pairs');
grant execute on function discard_pairs to chatbot_app;

-- Makes the pairs of an earlier version the whole draft, in place of the one that the person saw. As discard_pairs();
-- null: there is no such version.
create or replace function restore_pairs(p_number int, p_seen text, p_by text) returns jsonb
    language plpgsql as $$
declare
    refused jsonb;
begin
    if not exists (select from qa_pair_versions where tenant_id = current_tenant() and number = p_number) then
        return null;
    elsif pairs_revision() is distinct from p_seen then
        return last_pairs_change();
    end if;
    delete from qa_pair_drafts where tenant_id = current_tenant();
    insert into qa_pair_drafts (tenant_id, pair_id, question, answer, person)
        select current_tenant(), b.id, b.other ->> 'question', b.other ->> 'answer', p_by
        from pairs_between('', p_number::text) b;
    perform record_audit('qa_pairs.restore', null, null, jsonb_build_object('version', p_number));
    refused := coalesce(too_many_pairs(), (select d.refusal from qa_draft_changed(p_by) d));
    return jsonb_strip_nulls(jsonb_build_object('refusal', refused));
end $$;
select own_functions('restore_pairs');
grant execute on function restore_pairs to chatbot_app;
