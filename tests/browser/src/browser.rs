//! A browser at work: Chromium driven over `WebDriver`, told what to show, asked what it saw. One browser a value; both
//! programs end with it.
//!
//! Everything waits where it stands, so that a test reads from top to bottom. It knows nothing of the pages.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::{ParseError, Url};

/// Nothing but the page may be asked for, so whatever a browser asks for on its own is switched off.
const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

pub struct Browser {
    runtime: Runtime,
    /// Gone once the session is closed.
    client: Option<Client>,
    driver: Child,
    _profile: tempfile::TempDir,
}

/// A command that the standard has not: logs and what Chromium alone can do.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/{}", session_id.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}

impl Browser {
    /// A new browser with a profile of its own.
    pub fn start() -> Self {
        let profile = tempfile::Builder::new().prefix("prane-browser-").tempdir().unwrap();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("chromedriver cannot be started ({e}): install chromium and chromium-driver, or let .ci/run do so"));
        let port = port_of(&mut driver);
        let arguments: Vec<String> =
            ARGUMENTS.iter().map(ToString::to_string).chain([format!("--user-data-dir={}", profile.path().display())]).collect();
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let runtime = Runtime::new().unwrap();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.as_object().unwrap().clone());
        let client = runtime.block_on(builder.connect(&format!("http://127.0.0.1:{port}")));
        let browser = Self { runtime, client: Some(client.expect("chromium did not start")), driver, _profile: profile };
        // Away from the page with which it starts, which reads a lot.
        browser.runtime.block_on(browser.client().goto("about:blank")).unwrap();
        browser
    }

    fn client(&self) -> &Client {
        self.client.as_ref().unwrap()
    }

    /// Shows a file, and forgets what was logged before.
    pub fn open(&self, file: &Path) -> &Self {
        self.log("browser");
        self.log("performance");
        let address = Url::from_file_path(file).unwrap_or_else(|()| panic!("{} is no full path", file.display()));
        self.runtime.block_on(self.client().goto(address.as_str())).unwrap();
        self
    }

    /// What a script returns; `arguments` are its `arguments`.
    pub fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.runtime.block_on(self.client().execute(script, arguments.to_vec())).unwrap()
    }

    /// What a script hands to its last argument.
    pub fn script_later(&self, script: &str, arguments: &[Value]) -> Value {
        self.runtime.block_on(self.client().execute_async(script, arguments.to_vec())).unwrap()
    }

    /// The same as a text.
    pub fn text(&self, script: &str, arguments: &[Value]) -> String {
        self.script(script, arguments).as_str().unwrap_or_default().to_string()
    }

    /// The same as lines.
    pub fn texts(&self, script: &str, arguments: &[Value]) -> Vec<String> {
        let found = self.script(script, arguments);
        found.as_array().into_iter().flatten().map(|text| text.as_str().unwrap_or_default().to_string()).collect()
    }

    /// A property of the one element of this selector, as it stands now.
    pub fn property(&self, css: &str, name: &str) -> String {
        self.text("return String(document.querySelector(arguments[0])[arguments[1]])", &[json!(css), json!(name)])
    }

    /// Clicks the one element of this selector.
    #[track_caller]
    pub fn click(&self, css: &str) -> &Self {
        let done = self.runtime.block_on(async { self.client().find(Locator::Css(css)).await?.click().await });
        done.unwrap_or_else(|e| panic!("{css} cannot be clicked: {e}"));
        self
    }

    /// Types into the one element of this selector, over what stood there.
    #[track_caller]
    pub fn enter(&self, css: &str, text: &str) -> &Self {
        self.focus(css);
        self.script("document.activeElement.select()", &[]);
        self.press(Key::Delete);
        for letter in text.chars() {
            self.key(letter);
        }
        self
    }

    /// Chooses a value of a `select`.
    #[track_caller]
    pub fn choose(&self, css: &str, value: &str) -> &Self {
        let done = self.runtime.block_on(async { self.client().find(Locator::Css(css)).await?.select_by_value(value).await });
        done.unwrap_or_else(|e| panic!("{css} has no {value:?}: {e}"));
        self
    }

    /// Sets the focus, as a script would.
    pub fn focus(&self, css: &str) -> &Self {
        self.script("document.querySelector(arguments[0]).focus()", &[json!(css)]);
        self
    }

    /// Presses a key, wherever the focus is.
    pub fn press(&self, key: Key) -> &Self {
        self.key(key.into())
    }

    fn key(&self, value: char) -> &Self {
        let stroke = KeyActions::new("keyboard".into()).then(KeyAction::Down { value }).then(KeyAction::Up { value });
        self.runtime.block_on(self.client().perform_actions(stroke)).unwrap();
        self
    }

    /// A screen of this width in CSS pixels.
    pub fn screen(&self, width: u32) -> &Self {
        self.cdp("Emulation.setDeviceMetricsOverride", &json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false }));
        self
    }

    /// What the reader's system prefers.
    pub fn prefers(&self, scheme: &str) -> &Self {
        self.cdp("Emulation.setEmulatedMedia", &json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }));
        self
    }

    /// Pages opened from now on may not run their scripts.
    pub fn without_scripts(&self) -> &Self {
        self.cdp("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
        self
    }

    /// The page on paper as a reader's printer would have it whose paper is another one: the page says which it wants.
    pub fn pdf(&self) -> Vec<u8> {
        let options = json!({ "preferCSSPageSize": true, "paperWidth": 8.5, "paperHeight": 11, "printBackground": false });
        let printed = self.cdp("Page.printToPDF", &options);
        BASE64_STANDARD.decode(printed["data"].as_str().unwrap()).unwrap()
    }

    /// What the browser complained of since the page was opened: errors, warnings, refused content.
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.log("browser").into_iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        entries.map(|entry| entry["message"].as_str().unwrap_or_default().to_string()).collect()
    }

    /// Every address that was asked for since the page was opened, but for what the page carries within itself.
    pub fn requests(&self) -> Vec<String> {
        let entries = self.log("performance").into_iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let sent = event["message"]["method"] == "Network.requestWillBeSent";
            sent.then(|| event["message"]["params"]["request"]["url"].as_str().unwrap_or_default().to_string())
        });
        entries.filter(|url| !url.starts_with("data:")).collect()
    }

    /// A log, which is empty afterwards.
    fn log(&self, kind: &str) -> Vec<Value> {
        self.vendor("se/log", json!({ "type": kind })).as_array().cloned().unwrap_or_default()
    }

    fn cdp(&self, command: &str, parameters: &Value) -> Value {
        self.vendor("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    fn vendor(&self, path: &'static str, body: Value) -> Value {
        let said = format!("{path} {body}");
        self.runtime.block_on(self.client().issue_cmd(Vendor { path, body })).unwrap_or_else(|e| panic!("{said}: {e}"))
    }
}

impl Drop for Browser {
    /// Also after a test that failed: the session first, for it ends Chromium.
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            let _ = self.runtime.block_on(client.close());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The free port that chromedriver took. What else it says is read to its end, lest it wait for a reader.
fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map_while(Result::ok);
    let port = lines.by_ref().find_map(|line| line.rsplit_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok());
    std::thread::spawn(move || lines.for_each(drop));
    port.expect("chromedriver named no port")
}
