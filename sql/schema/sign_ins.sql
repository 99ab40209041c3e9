-- Sign-ins elsewhere (OAuth, authorization code): at the authorization servers of MCP servers, those under way and the
-- tokens of those that are done; and at Meta's dialog, where a business gives access to a number.

-- A sign-in that somebody of the staff has begun. The ingress adds what the browser brings back; the one who has begun
-- it fetches the tokens.
create table tool_sign_ins (
    state_digest      bytea primary key,                  -- SHA-256 of the `state` that the browser carries
    tenant_id         uuid not null,
    tool              text not null,                      -- tenant_tools.name
    person            text not null,                      -- who has begun it
    seal_to           text not null,                      -- public key, base64: the ingress seals to it
    sealed_request    bytea not null,                     -- AES-GCM: PKCE verifier, client, addresses
    sealed_code       text,                               -- HPKE, base64: the authorization code
    refusal           text,                               -- what the authorization server said instead
    expires_at        timestamptz not null default now() + interval '10 minutes',
    foreign key (tenant_id, tool) references tenant_tools on delete cascade
);

create table tool_tokens (
    tenant_id         uuid not null,
    tool              text not null,
    person            text not null,                      -- who has signed in
    sealed_tokens     bytea not null,                     -- AES-GCM: access and refresh token, client, address
    connected_at      timestamptz not null default now(),
    ended_at          timestamptz,                        -- since then the refresh token is refused
    primary key (tenant_id, tool),
    foreign key (tenant_id, tool) references tenant_tools on delete cascade
);

-- A visit to Meta's dialog that an owner has begun. What the business has given there waits until a number is chosen.
create table number_sign_ins (
    state_digest      bytea primary key,                  -- as in tool_sign_ins
    tenant_id         uuid not null references tenants on delete cascade,
    person            text not null,
    seal_to           text not null,
    sealed_code       text,
    refusal           text,
    sealed_token      bytea,                              -- AES-GCM: the access token that the code was exchanged for
    expires_at        timestamptz not null default now() + interval '10 minutes'
);
select isolate('tool_sign_ins'), isolate('tool_tokens'), isolate('number_sign_ins');
grant select, insert, update, delete on tool_sign_ins, tool_tokens, number_sign_ins to chatbot_app;
