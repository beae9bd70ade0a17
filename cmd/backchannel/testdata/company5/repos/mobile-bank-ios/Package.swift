// swift-tools-version:5.9
import PackageDescription

let package = Package(
    name: "mobile-bank-ios",
    dependencies: [
        .package(url: "https://github.com/Alamofire/Alamofire.git", exact: "5.8.1"),
    ]
)
