//! The regions that the API knows, as DescribeRegions lists them.

/// A region with its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// `cn-hangzhou`.
    pub id: &'static str,
    /// In English.
    pub name: &'static str,
    /// In Chinese, the API's own default.
    pub name_zh: &'static str,
}

const fn region(id: &'static str, name: &'static str, name_zh: &'static str) -> Region {
    Region { id, name, name_zh }
}

/// All of them.
pub const REGIONS: &[Region] = &[
    region("cn-qingdao", "China (Qingdao)", "华北1(青岛)"),
    region("cn-beijing", "China (Beijing)", "华北2(北京)"),
    region("cn-zhangjiakou", "China (Zhangjiakou)", "华北3(张家口)"),
    region("cn-huhehaote", "China (Hohhot)", "华北5(呼和浩特)"),
    region("cn-wulanchabu", "China (Ulanqab)", "华北6(乌兰察布)"),
    region("cn-hangzhou", "China (Hangzhou)", "华东1(杭州)"),
    region("cn-shanghai", "China (Shanghai)", "华东2(上海)"),
    region("cn-nanjing", "China (Nanjing)", "华东5(南京)"),
    region("cn-fuzhou", "China (Fuzhou)", "华东6(福州)"),
    region("cn-wuhan-lr", "China (Wuhan)", "华中1(武汉)"),
    region("cn-shenzhen", "China (Shenzhen)", "华南1(深圳)"),
    region("cn-heyuan", "China (Heyuan)", "华南2(河源)"),
    region("cn-guangzhou", "China (Guangzhou)", "华南3(广州)"),
    region("cn-chengdu", "China (Chengdu)", "西南1(成都)"),
    region(
        "cn-shanghai-finance-1",
        "China East 2 Finance",
        "华东2 金融云",
    ),
    region(
        "cn-shenzhen-finance-1",
        "China South 1 Finance",
        "华南1 金融云",
    ),
    region(
        "cn-north-2-gov-1",
        "China North 2 Ali Gov 1",
        "华北2 阿里政务云1",
    ),
    region("cn-hongkong", "China (Hong Kong)", "中国香港"),
    region("ap-southeast-1", "Singapore", "新加坡"),
    region(
        "ap-southeast-3",
        "Malaysia (Kuala Lumpur)",
        "马来西亚(吉隆坡)",
    ),
    region(
        "ap-southeast-5",
        "Indonesia (Jakarta)",
        "印度尼西亚(雅加达)",
    ),
    region("ap-southeast-6", "Philippines (Manila)", "菲律宾(马尼拉)"),
    region("ap-southeast-7", "Thailand (Bangkok)", "泰国(曼谷)"),
    region("ap-northeast-1", "Japan (Tokyo)", "日本(东京)"),
    region("ap-northeast-2", "South Korea (Seoul)", "韩国(首尔)"),
    region("us-west-1", "US (Silicon Valley)", "美国(硅谷)"),
    region("us-east-1", "US (Virginia)", "美国(弗吉尼亚)"),
    region("eu-central-1", "Germany (Frankfurt)", "德国(法兰克福)"),
    region("eu-west-1", "UK (London)", "英国(伦敦)"),
    region("me-east-1", "UAE (Dubai)", "阿联酋(迪拜)"),
    region("me-central-1", "SAU (Riyadh)", "沙特(利雅得)"),
];

impl Region {
    /// Where the real API answers for this region.
    pub fn endpoint(&self) -> String {
        match self.id {
            "cn-hangzhou"
            | "cn-shanghai-finance-1"
            | "cn-shenzhen-finance-1"
            | "cn-north-2-gov-1" => "vpc.aliyuncs.com".to_owned(),
            id => format!("vpc.{id}.aliyuncs.com"),
        }
    }
}

/// Whether there is such a region.
pub fn is_known(id: &str) -> bool {
    REGIONS.iter().any(|region| region.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_known_by_its_id_only() {
        assert!(is_known("cn-hangzhou"));
        assert!(!is_known("cn-nowhere-1"));
        assert!(!is_known("China (Hangzhou)"));
    }

    #[test]
    fn the_regions_of_the_central_endpoint_name_it() {
        let central: Vec<&str> = REGIONS
            .iter()
            .filter(|region| region.endpoint() == "vpc.aliyuncs.com")
            .map(|region| region.id)
            .collect();
        let documented = [
            "cn-hangzhou",
            "cn-shanghai-finance-1",
            "cn-shenzhen-finance-1",
            "cn-north-2-gov-1",
        ];
        assert_eq!(central, documented);
    }
}
