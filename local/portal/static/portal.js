import{A as a}from"./pages/LKIFJPN5.js";import"./pages/7CAY5FOV.js";var r=250,o=a().catch(()=>{});Promise.race([o,new Promise(e=>setTimeout(e,r))]).then(()=>import("./pages/24Q77LWH.js"));
