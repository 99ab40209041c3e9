-- Live tools of a tenant: the servers that the model may call, and the calls that may change something. Their
-- addresses, secrets and switches count at once and stand in no version; which of them a chatbot offers does
-- (chatbots.tools). The rules of approval here are those of a chatbot that has chosen none.

create table tenant_tools (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null check (name ~ '^[a-z][a-z0-9_]{0,30}$'),
    url               text not null,                      -- an MCP server, streamable HTTP
    -- What each request carries: a header's value by its name, or null where sealed_headers has it.
    headers           jsonb not null default '{}' check (jsonb_typeof(headers) = 'object'),
    sealed_headers    bytea,                              -- AES-GCM, of an object like headers
    -- {token_url | issuer, client_id, scope} of an OAuth client; its secret is among sealed_headers. Null: none.
    oauth             jsonb check (jsonb_typeof(oauth) = 'object'),
    allowed_tools     text[] not null default '{}',       -- tools of it that the model may call; by default none
    -- What the tenant says of a tool in place of its server: {"<tool>": {"read_only": true, "timeout_s": 20}}
    tool_settings     jsonb not null default '{}' check (jsonb_typeof(tool_settings) = 'object'),
    -- which of them a person must agree to: {"<tool>": "always" | {"parameter": "amount", "over": 50}}
    approvals         jsonb not null default '{}' check (jsonb_typeof(approvals) = 'object'),
    timeout_s         real not null default 10 check (timeout_s between 1 and 60),
    enabled           boolean not null default true,
    discovered        jsonb,                              -- the server's tool list as last seen; a cache
    discovered_at     timestamptz,
    warnings          jsonb not null default '[]',        -- what was wrong then: messages of f/common/problems.py
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
    -- Digest of the HTTP request, where its server makes one that comes again with the same key once
    -- (http_actions.idempotent); null: the call can't be sent again.
    request           bytea,
    outcome           text,                               -- null: lost, or still on its way
    failed            boolean,                            -- the tool itself said that it can't
    made_at           timestamptz not null default now(),
    ended_at          timestamptz,
    primary key (turn_id, digest)
);

select isolate('tenant_tools'), isolate('tool_calls');
grant select, insert, update, delete on tenant_tools, tool_calls to chatbot_app;
grant update (discovered, discovered_at, warnings) on tenant_tools to chatbot_app;

-- A request to a tenant's system that the model may make as a tool, where there is no MCP server (see
-- f/tools/http_actions.py).
create table http_actions (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null check (name ~ '^[a-z][a-z0-9_]{0,59}$'),
    description       text not null,                      -- what the model reads of it
    -- Where a parameter's value goes stands {its name}: in the address behind the host, and in these values, however
    -- deep.
    method            text not null check (method in ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
    url               text not null,
    query             jsonb not null default '{}' check (jsonb_typeof(query) = 'object'),
    headers           jsonb not null default '{}' check (jsonb_typeof(headers) = 'object'),
    body              jsonb,
    body_kind         text not null default 'none' check (body_kind in ('none', 'json', 'form')),
    -- [{name, source, schema, description, required, value}]; source: who gives the value
    --   model    the model, by the schema
    --   fixed    the tenant: value
    --   contact  the code, from the contact's row: value names the field
    --   secret   the tenant: sealed_values holds it
    parameters        jsonb not null default '[]' check (jsonb_typeof(parameters) = 'array'),
    sealed_values     bytea,                              -- AES-GCM, of an object: a secret's value by its parameter
    -- JSONPath of what the model sees of the answer; '': all of it
    answer_path       text not null default '',
    -- words with places for values of what answer_path picks, such as 'Order {{id}}: {{status}}'; '': none
    answer_template   text not null default '',
    read_only         boolean not null default false,     -- it changes nothing
    -- its server makes a request that comes again with the same Idempotency-Key once, as the tenant says
    idempotent        boolean not null default false,
    -- whether a person must agree to a call: "always" or {"parameter": "amount", "over": 50}; null: never
    approval          jsonb,
    timeout_s         real not null default 10 check (timeout_s between 1 and 60),
    enabled           boolean not null default true,
    primary key (tenant_id, name)
);
select isolate('http_actions');
grant select, insert, update, delete on http_actions to chatbot_app;

-- A script or flow of Windmill that the model may call as a tool (see f/tools/script_tools.py). Windmill says what its
-- parameters are, and what the model reads of it.
create table script_tools (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null check (name ~ '^[a-z][a-z0-9_]{0,59}$'),
    path              text not null check (path ~ '^f/tenant_tools/[a-z][a-z0-9_]{0,30}(/[A-Za-z0-9_-]{1,60}){1,4}$'),
    is_flow           boolean not null default false,
    -- Parameters that the model does not fill: [{name, source, value, required}]; source: fixed or contact, as in
    -- http_actions
    parameters        jsonb not null default '[]' check (jsonb_typeof(parameters) = 'array'),
    read_only         boolean not null default false,     -- it changes nothing
    -- whether a person must agree to a call: "always" or {"parameter": "amount", "over": 50}; null: never
    approval          jsonb,
    timeout_s         real not null default 20 check (timeout_s between 1 and 60),
    enabled           boolean not null default true,
    -- {summary, description, schema} as Windmill last gave it; a cache
    discovered        jsonb,
    discovered_at     timestamptz,
    warnings          jsonb not null default '[]',        -- what was wrong then: messages of f/common/problems.py
    primary key (tenant_id, name)
);
select isolate('script_tools');
grant select, insert, update, delete on script_tools to chatbot_app;
