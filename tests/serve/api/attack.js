// What a hostile page can have a browser send to 127.0.0.1:port; `token` as if it had leaked.
async function attack(port, token) {
  const settled = new Promise((resolve) => setTimeout(resolve, 1000));
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`, `${location.hostname}:${port}`];
  const tries = [];
  for (const host of hosts) {
    const url = `http://${host}/v2`;
    const json = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    tries.push(fetch(`${url}/maps`));
    tries.push(fetch(`${url}/maps`, { mode: "no-cors", referrerPolicy: "no-referrer" }));
    tries.push(fetch(`${url}/maps`, { headers: json, credentials: "include" }));
    tries.push(fetch(`${url}/shutdown`, { method: "POST", mode: "no-cors", body: "{}" }));
    tries.push(fetch(`${url}/shutdown`, { method: "POST", headers: json, body: "{}" }));
    navigator.sendBeacon(`${url}/shutdown`, "{}");
    show("img", `${url}/maps`);
    show("script", `${url}/maps`);
    show("iframe", `${url}/maps`);
    submit(`${url}/shutdown`);
    new WebSocket(`ws://${host}/v2/events`);
    new EventSource(`${url}/events`);
  }
  const answers = await Promise.allSettled(tries);
  await settled;
  const isRead = (answer) => answer.status === "fulfilled" && answer.value.type !== "opaque";
  return answers.filter(isRead).length;
}

function show(kind, url) {
  const element = document.createElement(kind);
  element.referrerPolicy = "no-referrer";
  element.src = url;
  document.body.append(element);
}

function submit(url) {
  const frame = document.createElement("iframe");
  frame.name = url;
  const form = document.createElement("form");
  Object.assign(form, { method: "POST", action: url, target: url, enctype: "text/plain" });
  form.innerHTML = '<input name="{&quot;a&quot;:&quot;" value="&quot;}">';
  document.body.append(frame, form);
  form.submit();
}
