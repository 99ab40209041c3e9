-- Plans that cost a turn time for nothing.

-- The exact search plans for one partition of chunk_embeddings. The tenant was known only when the plan ran, so that it was made for all 32 of
-- them and their 128 indexes: half of a search, the first one of a connection and each later one. EXECUTE plans with the value that it is given.

create or replace function nearest_exact(p_model smallint, p_embedding vector, p_count int) returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40
    set enable_seqscan = off set enable_bitmapscan = off as $$
begin
    -- The sum keeps the planner from the index, as before.
    return query execute
        'select n.chunk_id, (1 - n.distance)::real from (
            select e.chunk_id, (e.embedding <=> $1) + 0 as distance from chunk_embeddings e
            where e.tenant_id = $2 and e.model_id = $3 order by 2 limit $4) n'
        using p_embedding, current_tenant(), p_model, p_count;
end $$;

create or replace function cosines(p_model smallint, p_embedding vector, p_chunks bigint[]) returns table (chunk_id bigint, cosine real)
    language plpgsql stable rows 40
    set enable_seqscan = off set enable_bitmapscan = off as $$
begin
    return query execute
        'select e.chunk_id, (1 - (e.embedding <=> $1))::real from chunk_embeddings e
         where e.tenant_id = $2 and e.model_id = $3 and e.chunk_id = any ($4)'
        using p_embedding, current_tenant(), p_model, p_chunks;
end $$;

-- Three look-ups, which the planner took for nothing: among a few dozen contacts it read them all and asked this for each of them.
alter function known_as cost 1000;
