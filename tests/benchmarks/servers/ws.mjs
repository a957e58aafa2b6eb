// The peer: npm's ws relaying the same JSON, with no check, no log, no acknowledgement.
import { createRequire } from "node:module";

const { WebSocketServer } = createRequire(`${process.cwd()}/`)("ws");
const peers = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false, maxPayload: 65536, backlog: 4096 });
server.on("listening", () => console.log(server.address().port));
server.on("connection", (socket) => {
  const name = `p${peers.size}`;
  let number = 0;
  peers.set(name, socket);
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    if (message.type === "join") {
      socket.send(JSON.stringify({ type: "welcome", peer: name }));
    } else if (message.type === "candidate") {
      const { to, ...rest } = message;
      number += 1;
      peers.get(to).send(JSON.stringify({ ...rest, from: name, s: number }));
    }
  });
});
