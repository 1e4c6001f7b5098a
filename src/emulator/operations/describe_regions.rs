//! DescribeRegions: the one operation without a region of its own.

use serde_json::json;

use super::Answer;
use crate::emulator::error::ApiError;
use crate::emulator::parameters::Parameters;
use crate::emulator::regions::REGIONS;

pub(super) fn perform(parameters: &Parameters) -> Result<Answer, ApiError> {
    let is_english = match parameters.text("AcceptLanguage") {
        Some("en-US") => true,
        None | Some("zh-CN" | "ja") => false,
        Some(_) => return Err(ApiError::invalid_parameter("AcceptLanguage")),
    };
    let regions: Vec<_> = REGIONS
        .iter()
        .map(|region| {
            json!({
                "RegionId": region.id,
                "LocalName": if is_english { region.name } else { region.name_zh },
                "RegionEndpoint": region.endpoint(),
            })
        })
        .collect();
    let mut answer = Answer::new();
    answer.insert("Regions".to_owned(), json!({ "Region": regions }));
    Ok(answer)
}
