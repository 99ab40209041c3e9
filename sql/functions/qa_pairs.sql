-- Q&A pairs: what is live, the draft that a business's editors share, and the versions of the whole list.
--
-- All pairs stand in one document, which is read as any other. The draft has a document of its own (origin 'qa_draft')
-- with the pairs as they would be. It is read, too, but its passages stay staged: no search finds them but that of a
-- dry run which takes the draft (pairs_audience()). publish_pairs() lets them answer in the place of the live ones, in
-- one transaction. Whatever changes the live pairs makes a version.

-- The pairs of the current tenant as they would be with the draft. Of a live and a drafted one with the same question
-- the drafted one counts.
create or replace function drafted_pairs()
    returns table (id uuid, question text, answer text, person text, at timestamptz, created_at timestamptz)
    language sql stable as $$
    select d.pair_id, d.question, d.answer, d.person, d.changed_at, coalesce(q.created_at, d.created_at)
    from qa_pair_drafts d left join qa_pairs q on q.id = d.pair_id and q.tenant_id = d.tenant_id
    where d.tenant_id = current_tenant() and d.question is not null
    union all
    select q.id, q.question, q.answer, q.updated_by, q.updated_at, q.created_at from qa_pairs q
    where q.tenant_id = current_tenant()
      and not exists (select from qa_pair_drafts d where d.tenant_id = q.tenant_id and d.pair_id = q.id)
      and not exists (select from qa_pair_drafts d
                      where d.tenant_id = q.tenant_id and md5(lower(d.question)) = md5(lower(q.question)))
$$;
select own_functions('drafted_pairs');
grant execute on function drafted_pairs to chatbot_app;

-- What is drafted and what is live of the same pairs, as a digest; null: nothing is drafted. Who acts on the draft
-- says which one they saw.
create or replace function pairs_revision() returns text
    language sql stable
    return (select md5(string_agg(row(d.pair_id, d.question, d.answer, q.question, q.answer)::text, '|'
                                  order by d.pair_id))
            from qa_pair_drafts d left join qa_pairs q on q.id = d.pair_id and q.tenant_id = d.tenant_id
            where d.tenant_id = current_tenant());
select own_functions('pairs_revision');
grant execute on function pairs_revision to chatbot_app;

-- Whether a version of a chatbot names the drafted pairs: 'draft', or 'draft:…' with 'qa_pairs' among the names.
create or replace function takes_pairs(p_version text) returns boolean
    language sql immutable parallel safe
    return p_version = 'draft'
        or p_version like 'draft:%' and 'qa_pairs' = any (string_to_array(substr(p_version, 7), ','));
select own_functions('takes_pairs');
grant execute on function takes_pairs to chatbot_app;

-- The one place that decides who searches drafted answers. seen: the document whose staged passages a search with this
-- version of a chatbot finds beside all that is live; aside: the documents that it does not find. Null and none for
-- whatever is no dry run of the draft. Drafted answers that are not read whole yet are nobody's.
create or replace function pairs_audience(p_version text, out seen uuid, out aside uuid[])
    language plpgsql stable as $$
begin
    aside := '{}';
    if takes_pairs(p_version) is not true then
        return;
    end if;
    seen := (select d.id from documents d where d.tenant_id = current_tenant() and d.state = 'drafted'
             order by d.created_at desc limit 1);
    if seen is not null or pairs_revision() is not null and not exists (select from drafted_pairs()) then
        aside := array(select d.id from documents d where d.tenant_id = current_tenant() and d.origin = 'qa_pairs');
    end if;
end $$;
select own_functions('pairs_audience');
grant execute on function pairs_audience to chatbot_app;

-- The version of the Q&A pairs that a search with this version of a chatbot finds: its number, or "draft". What is not
-- read yet is not found: the version before it answers. Null: no pair does.
create or replace function searched_pairs(p_version text) returns jsonb
    language sql stable as $$
    select case when a.seen is not null or a.aside <> '{}' then '"draft"' else (
        select to_jsonb(d.pairs_version) from documents d
        where d.tenant_id = current_tenant() and d.origin = 'qa_pairs' and d.state = 'ready'
        order by d.created_at desc limit 1) end
    from pairs_audience(p_version) a
$$;
select own_functions('searched_pairs');
grant execute on function searched_pairs to chatbot_app;

-- Writes pairs into their document anew: the live ones (p_origin 'qa_pairs') or those of the draft ('qa_draft'). The
-- last version answers until a run has read the new one. `document_id` is the document to ingest (null where no pair
-- is left), `refusal` the plan's limit as a problem: then roll back. p_admitted: the change that brings this with it
-- counts already.
create or replace function write_pairs(p_origin text, p_by text, p_admitted boolean default false,
                                       out document_id uuid, out refusal jsonb)
    language plpgsql set search_path = public, pg_temp as $$
declare
    pairs jsonb;
    written bytea;
    latest documents;
begin
    perform lock_publications(current_tenant());
    if p_origin = 'qa_pairs' then
        select jsonb_agg(jsonb_build_object('question', question, 'answer', answer) order by created_at, id) into pairs
            from qa_pairs where tenant_id = current_tenant();
    elsif pairs_revision() is not null then
        select jsonb_agg(jsonb_build_object('question', question, 'answer', answer) order by created_at, id) into pairs
            from drafted_pairs();
    end if;
    if pairs is null then
        delete from documents where tenant_id = current_tenant() and origin = p_origin;
        return;
    end if;
    -- The time makes the bytes of each version unique: going back to an earlier wording is a new version, too.
    written := convert_to(jsonb_build_object('at', clock_timestamp(), 'pairs', pairs)::text, 'UTF8');
    select * into latest from documents d where d.tenant_id = current_tenant() and d.origin = p_origin
        and not exists (select from documents n where n.replaces = d.id) order by d.created_at desc limit 1 for update;
    if latest.state = 'received' then
        -- No run has read it yet, so its reader finds the newer words.
        update documents d set content = written, sha256 = sha256(written),
            size_bytes = length(written), uploaded_by = p_by, updated_at = now() where d.id = latest.id;
        document_id := latest.id;
        return;
    end if;
    if not p_admitted then
        refusal := admit_document(length(written), coalesce(latest.id, (
            select d.id from documents d where d.tenant_id = current_tenant() and d.origin = 'qa_pairs'
                and not exists (select from documents n where n.replaces = d.id)
            order by d.created_at desc limit 1)));
    end if;
    if refusal is null then
        insert into documents (tenant_id, title, filename, sha256, size_bytes, content, replaces, origin, uploaded_by,
                               sendable)
            values (current_tenant(), 'Questions and answers', 'answers.json', sha256(written), length(written),
                    written, latest.id, p_origin, p_by, false)
            returning id into document_id;
    end if;
end $$;
select own_functions('write_pairs');
grant execute on function write_pairs to chatbot_app;

-- The number of the version of the pairs that is live; where they are no longer those of the newest one, they become
-- the next, with a note. 0: there never was a pair.
create or replace function make_pairs_version(p_note text, p_person text, p_overruled jsonb default null) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    newest int := (select coalesce(max(number), 0) from qa_pair_versions where tenant_id = current_tenant());
begin
    if not exists (
        select from (select * from qa_pairs where tenant_id = current_tenant()) q
        full join (select * from qa_pair_history where tenant_id = current_tenant() and until is null) h
            on h.pair_id = q.id
        where (q.question, q.answer) is distinct from (h.question, h.answer)) then
        return newest;
    end if;
    newest := newest + 1;
    insert into qa_pair_versions (tenant_id, number, note, person, overruled)
        values (current_tenant(), newest, p_note, p_person, p_overruled);
    update qa_pair_history h set until = newest
        where h.tenant_id = current_tenant() and h.until is null
          and not exists (select from qa_pairs q where q.tenant_id = h.tenant_id and q.id = h.pair_id
                          and (q.question, q.answer) = (h.question, h.answer));
    insert into qa_pair_history (tenant_id, pair_id, since, question, answer)
        select q.tenant_id, q.id, newest, q.question, q.answer from qa_pairs q
        where q.tenant_id = current_tenant()
          and not exists (select from qa_pair_history h
                          where h.tenant_id = q.tenant_id and h.pair_id = q.id and h.until is null);
    return newest;
end $$;
select own_functions('make_pairs_version');
grant execute on function make_pairs_version to chatbot_app;

-- Call it in the transaction that has changed the draft, and after lock_answers(): what is as it is live leaves the
-- draft, and the rest is written into its document. A live pair whose question another pair is drafted with goes with
-- the draft's publication, and is said to: somebody may have written it after the draft. As write_pairs().
create or replace function qa_draft_changed(p_by text, p_admitted boolean default false,
                                            out document_id uuid, out refusal jsonb)
    language plpgsql set search_path = public, pg_temp as $$
begin
    delete from qa_pair_drafts d
        where d.tenant_id = current_tenant() and case when d.question is null
            then not exists (select from qa_pairs q where q.tenant_id = d.tenant_id and q.id = d.pair_id)
            else exists (select from qa_pairs q where q.tenant_id = d.tenant_id and q.id = d.pair_id
                         and (q.question, q.answer) = (d.question, d.answer)) end;
    insert into qa_pair_drafts (tenant_id, pair_id, person)
        select q.tenant_id, q.id, p_by from qa_pairs q
        join qa_pair_drafts d on d.tenant_id = q.tenant_id and d.pair_id <> q.id
            and md5(lower(d.question)) = md5(lower(q.question))
        where q.tenant_id = current_tenant() on conflict do nothing;
    select w.document_id, w.refusal into document_id, refusal from write_pairs('qa_draft', p_by, p_admitted) w;
end $$;
select own_functions('qa_draft_changed');
grant execute on function qa_draft_changed to chatbot_app;

-- Call it in the transaction that has changed the live pairs, and after lock_answers(): they become a version and are
-- written into their document, and so is the draft, if there is one. As write_pairs().
create or replace function qa_pairs_changed(p_by text, out document_id uuid, out refusal jsonb)
    language plpgsql set search_path = public, pg_temp as $$
declare
    made int;
begin
    perform lock_answers(current_tenant());
    select w.document_id, w.refusal into document_id, refusal from write_pairs('qa_pairs', p_by) w;
    if refusal is null then
        made := make_pairs_version('', p_by);
        update documents d set pairs_version = made where d.id = document_id;
    end if;
    if refusal is null and exists (select from qa_pair_drafts where tenant_id = current_tenant()) then
        select w.refusal into refusal from qa_draft_changed(p_by, true) w;
    end if;
end $$;
select own_functions('qa_pairs_changed');
grant execute on function qa_pairs_changed to chatbot_app;
