//! The page at `/`: for a browser and for nobody else, in a real one, for everybody who reads it.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::json;

use crate::browser::Browser;
use crate::support::{AT_ONCE, Call, Emulator, GATEWAY, REGION, owned};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn page(emulator: &Emulator) -> reqwest::Response {
    let request = emulator.http.get(format!("{}/", emulator.base));
    let response = request.header("accept", BROWSER).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response
}

#[tokio::test]
async fn the_page_points_terraform_at_where_gateways_are_by_an_endpoint_that_the_provider_takes() {
    let scenario = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        scenario.path(),
        "[[gateways]]\nid = \"vpn-1\"\nregion_id = \"cn-shanghai\"\n",
    )
    .unwrap();
    let path = scenario.path().display().to_string();
    let emulator = Emulator::start(&["--scenario", &path]);
    let text = page(&emulator).await.text().await.unwrap();
    let here = format!("vpc = &quot;{}&quot;", emulator.base);
    assert!(text.contains("region = &quot;cn-shanghai&quot;"), "{text}");
    assert!(text.contains("<td><code>cn-shanghai</code></td>"), "{text}");
    assert!(text.contains(&here) && !text.contains("ssh "), "{text}");

    let request = emulator.http.get(format!("{}/", emulator.base));
    let request = request.header("accept", BROWSER);
    let response = request.header("host", "192.0.2.7:8500").send().await;
    let text = response.unwrap().text().await.unwrap();
    for part in [
        "vpc = &quot;http://127.0.0.1:8500&quot;",
        "ssh -N -L 8500:192.0.2.7:8500 HOST",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn a_browser_gets_the_page_and_every_other_request_the_api() {
    let emulator = Emulator::start(AT_ONCE);
    let response = page(&emulator).await;
    let kind = &response.headers()["content-type"];
    assert_eq!(kind, "text/html; charset=utf-8");
    let text = response.text().await.unwrap();
    assert!(
        text.starts_with("<!doctype html>") && text.contains(GATEWAY),
        "{text}"
    );
    assert!(emulator.calls().await.is_empty(), "the page is no call");

    let send = |method, headers: &[(&str, &str)]| {
        let headers = owned(headers);
        let emulator = &emulator;
        async move {
            let sent = emulator.send(method, "", &headers, None, String::new());
            sent.await.unwrap()
        }
    };
    let plain = send(Method::GET, &[]).await;
    assert_eq!(plain.code(), "MissingParameter");
    let any = send(Method::GET, &[("accept", "*/*")]).await;
    assert_eq!(any.code(), "MissingParameter");
    let posted = send(Method::POST, &[("accept", BROWSER)]).await;
    assert_eq!(posted.code(), "MissingParameter");

    // A client of the older kind that asks as a browser does.
    let call = Call {
        method: Method::GET,
        ..Call::new("DescribeVpnGateways", &[("RegionId", REGION)])
    };
    let mut all = call.v1_parameters();
    let signature =
        terraform_provider_alivpn::cloud::signature::v1::signature("GET", &all, "testsecret");
    all.insert("Signature".to_owned(), signature);
    let query = terraform_provider_alivpn::cloud::signature::canonical_query(&all);
    let as_a_browser = owned(&[("accept", BROWSER)]);
    let sent = emulator.send(Method::GET, &query, &as_a_browser, None, String::new());
    assert_eq!(sent.await.unwrap().done()["TotalCount"], 3);
}

#[tokio::test]
async fn the_page_is_whole_without_a_script_and_lets_nothing_else_in() {
    let emulator = Emulator::start(AT_ONCE);
    let evil = "<script>alert(1)</script>\"'";
    let server = emulator.created(&[("Name", evil)]).await;
    let certificate = emulator.certified(&server, &[("Name", "ann")]).await;
    let response = page(&emulator).await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains('*'),
        "{policy}"
    );
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let text = response.text().await.unwrap();
    for part in [
        server.as_str(),
        certificate.as_str(),
        "&lt;script&gt;alert(1)",
        "CreateSslVpnClientCert",
        "3 VPN gateways, 1 SSL server, 1 client certificate.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for secret in [
        evil,
        "testsecret",
        "BEGIN",
        "style=",
        "onclick",
        "javascript:",
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}

#[tokio::test]
async fn an_open_page_is_told_what_changed_and_the_emulator_ends_all_the_same() {
    let mut emulator = Emulator::start(AT_ONCE);
    let events = format!("{}/_emulator/page-events", emulator.base);
    let mut open = emulator.http.get(events).send().await.unwrap();
    assert_eq!(open.headers()["content-type"], "text/event-stream");
    let first = open.chunk().await.unwrap().unwrap();
    let first = String::from_utf8_lossy(&first).into_owned();
    for part in ["summary", "gateways", "servers", "certificates", "calls"] {
        assert!(first.contains(&format!("\"{part}\":")), "{first}");
    }
    emulator.call("DescribeRegions", &[]).await.done();
    let second = open.chunk().await.unwrap().unwrap();
    let second = String::from_utf8_lossy(&second).into_owned();
    assert!(
        second.starts_with("data: {\"calls\":") && second.contains("DescribeRegions"),
        "{second}"
    );
    assert!(!second.contains("\"gateways\":"), "{second}");

    let begun = Instant::now();
    let pid = i32::try_from(emulator.child.id()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGINT).unwrap();
    assert_eq!(emulator.child.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert!(!matches!(open.chunk().await, Ok(Some(_))));
}

#[tokio::test]
async fn in_a_browser_the_page_keeps_up_with_what_happens() {
    let emulator = Emulator::start(&[
        "--converge",
        "3s",
        "--status-lag",
        "0s",
        "--describe-lag",
        "0s",
    ]);
    emulator
        .call("DescribeRegions", &[("AcceptLanguage", "en-US")])
        .await
        .done();
    let mut browser = tokio::task::spawn_blocking(Browser::start).await.unwrap();
    browser.open(&format!("{}/", emulator.base));
    browser.until("document.getElementById('connection').textContent === 'Live'");
    browser.value("document.querySelector('#calls details').open = true");
    browser.value("window.old = document.querySelector('#calls tr'); window.old.querySelector('summary').focus()");

    let created = emulator.create(&[("Name", "<b>office</b>")]).await.done();
    let id = created["SslVpnServerId"].as_str().unwrap();
    browser.until(&format!(
        "document.getElementById('{id}')?.textContent.includes('<b>office</b>')"
    ));
    let gateway = format!("document.getElementById('{GATEWAY}').textContent");
    browser.until(&format!("{gateway}.includes('updating')"));
    browser.until(&format!("{gateway}.includes('active')"));
    let summary = browser.value("document.getElementById('summary').textContent");
    assert_eq!(
        summary,
        "3 VPN gateways, 1 SSL server, 0 client certificates."
    );
    browser.until("document.querySelector('#calls tr').textContent.includes('CreateSslVpnServer')");
    let kept = "window.old.isConnected && window.old.querySelector('details').open && \
                window.old.contains(document.activeElement)";
    assert_eq!(
        browser.value(kept),
        true,
        "a row that did not change was replaced"
    );

    emulator
        .control(Method::DELETE, &format!("ssl-vpn-servers/{id}"), "")
        .await;
    browser.until("document.getElementById('servers').textContent === 'No SSL server yet.'");
    assert_eq!(browser.complaints, Vec::<String>::new());

    drop(emulator);
    browser.until("document.getElementById('connection').textContent.startsWith('Not connected')");
}

/// Every element with text of its own whose contrast with its ground is below 4.5, as [text, ratio].
const TOO_FAINT: &str = r#"(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const own = (element) => Array.from(element.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
  return Array.from(document.body.querySelectorAll("*"))
    .filter((element) => own(element) && element.checkVisibility() && element.tagName !== "NOSCRIPT")
    .map((element) => {
      const [one, other] = [channels(getComputedStyle(element).color), ground(element)].map(luminance);
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      return [element.textContent.trim().slice(0, 40), ratio];
    })
    .filter(([, ratio]) => ratio < 4.5);
})()"#;

#[tokio::test]
async fn in_a_browser_everybody_can_read_the_page() {
    let office = format!(
        "{}/examples/emulator/office.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let emulator = Emulator::start(&["--scenario", &office]);
    emulator.call("DescribeRegions", &[]).await.done();
    let nobody = [("VpnGatewayId", "vpn-none")];
    emulator.call("DescribeVpnGateway", &nobody).await;
    let nameless = r#"{"VpnGatewayId":"vpn-nameless","Name":""}"#;
    let added = emulator.control(Method::POST, "vpn-gateways", nameless);
    assert_eq!(added.await.status, 201);
    let mut browser = tokio::task::spawn_blocking(Browser::start).await.unwrap();
    browser.open(&format!("{}/", emulator.base));
    browser.until("document.getElementById('connection').textContent === 'Live'");

    for scheme in ["light", "dark"] {
        for width in [1280, 320] {
            browser.show(width, scheme);
            let is_dark = "matchMedia('(prefers-color-scheme: dark)').matches";
            assert_eq!(browser.value(is_dark), scheme == "dark");
            assert_eq!(browser.value(TOO_FAINT), json!([]), "{scheme}, {width}");
            let overflow =
                "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.value(overflow), 0, "{width} pixels are not enough");
        }
    }

    let nodes = browser.accessible();
    let names = |role: &str| -> Vec<&str> {
        let of_role = nodes.iter().filter(|(of, _)| of == role);
        of_role.map(|(_, name)| name.as_str()).collect()
    };
    let titles = [
        "VPN gateways",
        "SSL servers",
        "Client certificates",
        "Last calls",
    ];
    let mut headings = vec!["alivpn emulator"];
    headings.extend(titles);
    headings.push("Point Terraform here");
    assert_eq!(names("heading"), headings);
    let tables = names("table");
    assert_eq!(tables.len(), 4, "{tables:?}");
    assert!(
        tables.iter().all(|name| !name.is_empty()),
        "a table without a caption: {tables:?}"
    );
    assert!(
        names("rowheader").contains(&"vss-bp1office0001"),
        "{:?}",
        names("rowheader")
    );
    assert_eq!(names("main").len(), 1);
    assert_eq!(names("navigation"), ["On this page"]);
    // What is empty is heard as a word, and not as the dash that is seen.
    let texts = names("StaticText");
    assert!(
        texts.contains(&"none") && !texts.contains(&"–"),
        "{texts:?}"
    );

    // The first stop skips to the calls, and every table can be scrolled without a mouse.
    browser.show(320, "light");
    let mut stops = Vec::new();
    for _ in 0..40 {
        browser.press_tab();
        let stop = "document.activeElement.getAttribute('aria-labelledby') ?? document.activeElement.textContent";
        stops.push(browser.value(stop).as_str().unwrap_or_default().to_owned());
    }
    assert_eq!(stops[0], "Skip to the last calls");
    for table in [
        "gateways-title",
        "servers-title",
        "certificates-title",
        "calls-title",
    ] {
        assert!(stops.iter().any(|stop| stop == table), "{table}: {stops:?}");
    }
    assert_eq!(browser.complaints, Vec::<String>::new());
}
