// The comparison server: Express, raw-body HMAC, one insert a message with pg's pool, then 200. What one would write first, and well.
import { createHmac, timingSafeEqual } from "node:crypto";
import express from "express";
import pg from "pg";

const secret = process.env.META_APP_SECRET;
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL ?? 10) });
const app = express();
app.disable("x-powered-by");
app.disable("etag");

const INSERT = {
  name: "insert",
  text:
    "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload) values ($1, $2, $3, $4, $5) on conflict do nothing",
};

app.post("/webhook", express.raw({ type: () => true, limit: "3mb" }), async (request, response) => {
  const expected = createHmac("sha256", secret).update(request.body).digest();
  const given = Buffer.from(String(request.get("x-hub-signature-256") ?? "").slice("sha256=".length), "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return response.sendStatus(401);
  }
  const body = JSON.parse(request.body);
  try {
    for (const entry of body.entry) {
      for (const { field, value } of entry.changes) {
        for (const message of value.messages ?? []) {
          const alone = { ...body, entry: [{ ...entry, changes: [{ field, value: { ...value, messages: [message] } }] }] };
          const sender = message.from_user_id ?? message.from;
          await pool.query({
            ...INSERT,
            values: [value.metadata.phone_number_id, message.id, "message", sender, JSON.stringify(alone)],
          });
        }
      }
    }
  } catch (error) {
    console.error(error.message);
    return response.sendStatus(503);
  }
  response.sendStatus(200);
});

app.listen(Number(process.env.PORT), "127.0.0.1");
