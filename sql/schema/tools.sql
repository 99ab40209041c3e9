-- Live tools of a tenant: the servers that the model may call, and the calls that may change something.

create table tenant_tools (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null check (name ~ '^[a-z][a-z0-9_]{0,30}$'),
    url               text not null,                      -- an MCP server, streamable HTTP
    header_name       text,
    header_value      bytea,                              -- AES-GCM
    allowed_tools     text[] not null default '{}',       -- tools of that server the model may call; by default none
    -- which of them a person must agree to: {"<tool>": "always" | {"parameter": "amount", "over": 50}}
    approvals         jsonb not null default '{}' check (jsonb_typeof(approvals) = 'object'),
    timeout_s         real not null default 10 check (timeout_s between 1 and 60),
    enabled           boolean not null default true,
    discovered        jsonb,                              -- the server's tool list as last seen; a cache
    discovered_at     timestamptz,
    primary key (tenant_id, name)
);

-- A call of a tool that may change something, written down before it is made. A later attempt of the step reads the
-- outcome here instead of calling again. The table keeps only a digest of what was asked; the answer is cut and holds
-- no key.
create table tool_calls (
    turn_id           uuid not null references turns on delete cascade,
    digest            bytea not null,                     -- of the turn, the tool and the arguments
    tenant_id         uuid not null references tenants on delete cascade,
    tool              text not null,                      -- '<server>.<tool>'
    told              int not null,                       -- the newest attempt (turns.epoch) that knows of it
    outcome           text,                               -- null: lost, or still on its way
    failed            boolean,                            -- the tool itself said that it can't
    made_at           timestamptz not null default now(),
    ended_at          timestamptz,
    primary key (turn_id, digest)
);

select isolate('tenant_tools'), isolate('tool_calls');
grant select, insert, update, delete on tenant_tools, tool_calls to chatbot_app;
grant update (discovered, discovered_at) on tenant_tools to chatbot_app;
